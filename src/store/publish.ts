import { existsSync, mkdirSync, renameSync } from "node:fs";
import { SnapshotExistsError } from "../errors/errors.ts";
import type { BytePath } from "../path/byte-path.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import { type Backend, btrfs, setReadOnly } from "./backend.ts";
import { buildLinks } from "./build-links.ts";
import { inStore, METADATA, PARTS, type Store, syncFolder } from "./layout.ts";
import { type CommitRecord, recordPath, writeRecord } from "./records.ts";
import { findSpare } from "./spare.ts";
import { copyByReflink, syncFileSystem } from "./whole-tree.ts";

/** Whether the name of a new snapshot is still free. @throws SnapshotExistsError */
export function ensureNameIsFree(store: Store, name: string): void {
  if (existsSync(inStore(store, name)) || existsSync(recordPath(store, name))) {
    throw new SnapshotExistsError(name, { hint: "wait a second and run it again" });
  }
}

export interface PublishOptions {
  backend: Backend;
  record: CommitRecord;
  /** Paths at which the spare may differ from the mirror, as `refreshSpare` says; anywhere by default. */
  differing?: ReadonlySet<BytePath> | undefined;
  context: RsyncContext;
  /** Called when the tree is made; all that follows waits for the disk. */
  onBuilt?: () => void;
}

/**
 * Makes a snapshot of the mirror under a hidden name, makes it last, writes its record and only then gives it its name:
 * whenever this is interrupted there is a whole snapshot or none.
 * @throws SnapshotExistsError, StoreError
 */
export async function publishSnapshot(store: Store, options: PublishOptions): Promise<CommitRecord> {
  const { name } = options.record;
  ensureNameIsFree(store, name);
  const hidden = inStore(store, METADATA, PARTS.building, name);
  const copied = await build(store, hidden, options);
  options.onBuilt?.();
  options.context.signal?.throwIfAborted();
  await syncFileSystem(hidden, options.context);
  const record: CommitRecord = {
    ...options.record,
    finished: new Date().toISOString(),
    backend: options.backend,
    ...(copied === 0 ? {} : { linkLimit: copied }),
  };
  writeRecord(store, record);
  await revealSnapshot(store, record);
  return record;
}

/** The last step of publishing: the snapshot whose record is written gets its name. */
export async function revealSnapshot(store: Store, record: CommitRecord): Promise<void> {
  const path = inStore(store, record.name);
  renameSync(inStore(store, METADATA, PARTS.building, record.name), path);
  syncFolder(`${store.root}/.`);
  syncFolder(inStore(store, METADATA, PARTS.building));
  if (record.backend === "btrfs") {
    await setReadOnly(path, true);
  }
}

/** @returns how many files were copied, because their inodes have as many links as the file system allows. */
async function build(store: Store, hidden: string, { backend, differing, context }: PublishOptions): Promise<number> {
  const mirror = inStore(store, store.mirror);
  if (backend === "btrfs") {
    await btrfs(["subvolume", "snapshot", mirror, hidden]);
    return 0;
  }
  if (backend === "reflink") {
    await copyByReflink(mirror, hidden, context);
    return 0;
  }
  const isNew = !takeSpare(store, hidden);
  if (isNew) {
    mkdirSync(hidden, { mode: 0o700 });
  }
  return await buildLinks(mirror, hidden, { isNew, differing: isNew ? undefined : differing, context });
}

/** Moves the spare, if there is one, to where the new snapshot is built. @returns whether there was one. */
function takeSpare(store: Store, hidden: string): boolean {
  const spare = findSpare(store);
  if (spare === undefined) {
    return false;
  }
  renameSync(spare, hidden);
  return true;
}
