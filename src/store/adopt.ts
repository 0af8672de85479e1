import { existsSync, lstatSync, renameSync, rmdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { Beneath } from "../path/beneath.ts";
import { bytePathFromText } from "../path/byte-path.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import { type Adoption, type AdoptionPlan, instantOfName } from "./adopt-plan.ts";
import { adoptedRecord } from "./adopted-record.ts";
import { chooseBackend, createMirror } from "./backend.ts";
import { buildLinks } from "./build-links.ts";
import { readForeignName } from "./foreign-names.ts";
import { ensureIdentity } from "./identity.ts";
import { inStore, METADATA, PARTS, type Store, syncFolder } from "./layout.ts";
import { ensureNameIsFree, revealSnapshot } from "./publish.ts";
import { type CommitRecord, removeRecord, writeRecord } from "./records.ts";
import { copyByReflink, syncFileSystem } from "./whole-tree.ts";

export interface AdoptionResult {
  /** The new records, oldest first. */
  records: CommitRecord[];
  /** Whether the store had no mirror and got one, made from the newest adopted snapshot. */
  mirrorMade: boolean;
}

/**
 * Takes the folders of a plan over, one after the other; whenever this is interrupted each of them is either where it
 * was or a snapshot. The caller holds the lock.
 * @throws StoreError, SnapshotExistsError
 */
export async function applyAdoption(
  store: Store,
  plan: Pick<AdoptionPlan, "adoptions">,
  context: RsyncContext = {},
): Promise<AdoptionResult> {
  ensureIdentity(store);
  const records: CommitRecord[] = [];
  for (const adoption of plan.adoptions) {
    context.signal?.throwIfAborted();
    records.push(await adoptOne(store, adoption, context));
  }
  const newest = records.findLast(({ state }) => state === "complete") ?? records.at(-1);
  const mirrorMade = newest !== undefined && !existsSync(inStore(store, store.mirror));
  if (mirrorMade) {
    await makeMirror(store, newest.name, context);
  }
  return { records, mirrorMade };
}

/**
 * The record comes before the move: were the tree in `new` without one, the next run would take it for unfinished work
 * and discard it.
 */
async function adoptOne(store: Store, adoption: Adoption, context: RsyncContext): Promise<CommitRecord> {
  const { from, name, inPlace } = adoption;
  const record = adoptedRecord({ ...adoption, instant: instantOfName(adoption) });
  if (inPlace) {
    if (!lstatSync(inStore(store, name), { throwIfNoEntry: false })?.isDirectory()) {
      throw noFolder(from);
    }
    await syncFileSystem(inStore(store, name), context);
    writeRecord(store, record);
    return record;
  }
  ensureNameIsFree(store, name);
  await moveIn(store, { from, record }, context);
  await revealSnapshot(store, record);
  syncFolder(dirname(from));
  if (readForeignName(basename(from)) === undefined && adoption.kind === "rsnapshot") {
    removeIfEmpty(dirname(from));
  }
  return record;
}

/** Whoever owns a folder above may have put a link in its place since the plan was made: none is followed. */
async function moveIn(
  store: Store,
  { from, record }: { from: string; record: CommitRecord },
  context: RsyncContext,
): Promise<void> {
  const machine = new Beneath("/");
  try {
    const path = bytePathFromText(from.slice(1));
    if (!machine.look(path)?.isDirectory()) {
      throw noFolder(from);
    }
    await syncFileSystem(machine.place(path).toString(), context);
    writeRecord(store, record);
    renameSync(machine.place(path), inStore(store, METADATA, PARTS.building, record.name));
  } catch (error) {
    removeRecord(store, record.name);
    if (error instanceof StoreError) {
      throw error;
    }
    throw new StoreError(`cannot move ${from} into the store ${store.path}: ${errnoOf(error)}`, { cause: error });
  } finally {
    machine.close();
  }
}

function noFolder(path: string): StoreError {
  return new StoreError(`cannot adopt ${path}: it is no longer a folder`, { hint: "plan the adoption again" });
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (errnoOf(error) !== "ENOTEMPTY" && errnoOf(error) !== "EEXIST") {
      throw error;
    }
  }
}

/** Built where a killed run leaves no half of one, so that the first backup copies only what has changed. */
async function makeMirror(store: Store, newest: string, context: RsyncContext): Promise<void> {
  const building = { ...store, root: inStore(store, METADATA, PARTS.building) };
  const hidden = inStore(building, store.mirror);
  await createMirror(building);
  if (chooseBackend(store) === "hardlink") {
    await buildLinks(inStore(store, newest), hidden, { isNew: true, context });
  } else {
    await copyByReflink(inStore(store, newest), hidden, context);
  }
  await syncFileSystem(hidden, context);
  renameSync(hidden, inStore(store, store.mirror));
  syncFolder(`${store.root}/.`);
}
