import { type BigIntStats, existsSync, lstatSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { type ForeignKind, readForeignName } from "./foreign-names.ts";
import { inStore, METADATA, namesIn, PARTS, type Store } from "./layout.ts";
import { parseSnapshotName, snapshotName } from "./names.ts";
import { readRecord, recordPath } from "./records.ts";

/** One folder that becomes a snapshot. */
export interface Adoption {
  /** The tree, absolute. */
  from: string;
  /** What it is called in the store. */
  name: string;
  /** The instant it stands for, in ms since the epoch. */
  instant: number;
  state: "complete" | "incomplete";
  kind: ForeignKind;
  /** It lies in the store under this name: only its record is missing. */
  inPlace: boolean;
}

export interface AdoptionPlan {
  /** Oldest first. */
  adoptions: Adoption[];
  /** What looks like a snapshot and is none, with the reason. */
  skipped: { from: string; reason: string }[];
}

/**
 * Finds what can be taken over in a folder: snapshots of rsync-system-backup, rsnapshot and Back In Time, and our own
 * that have lost their record. The folder is one such snapshot, or holds them. Changes nothing.
 *
 * `subfolder` is the tree in each snapshot of rsnapshot; by default the only folder in it, else all of it.
 * @throws StoreError when there is nothing to adopt, or it lies on another file system.
 */
export function planAdoption(store: Store, folder: string, options: { subfolder?: string } = {}): AdoptionPlan {
  const found = candidates(folder).map((from) => examine(store, from, options.subfolder));
  const skipped = found.flatMap((each) => ("reason" in each ? [each] : []));
  const taken = new Set<string>();
  const adoptions = found
    .flatMap((each) => ("reason" in each ? [] : [each]))
    .sort((a, b) => a.instant - b.instant || b.level - a.level)
    .map(({ level: _, ...each }) => ({
      ...each,
      name: each.inPlace ? each.name : freeName(store, each.instant, taken),
    }));
  if (adoptions.length === 0) {
    throw new StoreError(`there is nothing to adopt in ${folder}${skipped[0] ? `: ${skipped[0].reason}` : ""}`, {
      hint: "name a folder of rsync-system-backup, rsnapshot or Back In Time that holds snapshots",
    });
  }
  ensureSameFileSystem(store, adoptions);
  return { adoptions, skipped };
}

/** The folder itself, or those in it that are named like snapshots. A folder such as `disk.1` is hardly rsnapshot's. */
function candidates(folder: string): string[] {
  let path: string;
  let names: string[];
  try {
    path = realpathSync(resolve(folder));
    names = readdirSync(path);
  } catch (error) {
    throw new StoreError(`cannot adopt ${folder}: ${errnoOf(error)}`, { cause: error });
  }
  const itself = readForeignName(basename(path));
  if (itself !== undefined && itself.kind !== "rsnapshot") {
    return [path];
  }
  const within = names
    .filter((name) => readForeignName(name) !== undefined)
    .map((name) => join(path, name))
    .filter((each) => lookAt(each)?.isDirectory());
  return within.length === 0 && itself !== undefined ? [path] : within;
}

type Finding = (Adoption & { level: number }) | { from: string; reason: string };

function examine(store: Store, from: string, subfolder: string | undefined): Finding {
  const parsed = readForeignName(basename(from));
  const container = lookAt(from);
  if (parsed === undefined || !container?.isDirectory()) {
    return { from, reason: `${from} is no folder` };
  }
  const { kind, level } = parsed;
  const instant = parsed.instant ?? Number(container.mtimeNs / 1_000_000n);
  if (kind === "rsync-system-backup" || kind === "bakup") {
    const [parent, name] = [dirname(from), basename(from)];
    const inPlace = isTopOfStore(store, parent);
    const recorded = inPlace ? hasRecord(store, name) : existsSync(join(parent, METADATA, `${name}.json`));
    return recorded
      ? { from, reason: `${name} is a snapshot of the store ${parent}` }
      : { from, name, instant, state: "complete", kind, level, inPlace };
  }
  const tree = kind === "rsnapshot" ? treeOfRsnapshot(from, subfolder) : join(from, "backup");
  if (!lookAt(tree)?.isDirectory()) {
    return { from, reason: `${tree} is no folder` };
  }
  const failed = kind === "back-in-time" && existsSync(join(from, "failed"));
  return { from: tree, name: "", instant, state: failed ? "incomplete" : "complete", kind, level, inPlace: false };
}

function treeOfRsnapshot(snapshot: string, subfolder: string | undefined): string {
  if (subfolder !== undefined) {
    return join(snapshot, subfolder);
  }
  const [only, ...others] = namesIn(snapshot);
  const path = join(snapshot, only ?? "");
  return only !== undefined && others.length === 0 && lookAt(path)?.isDirectory() ? path : snapshot;
}

function isTopOfStore(store: Store, folder: string): boolean {
  const [a, b] = [lookAt(folder), lookAt(`${store.root}/.`)];
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

/** A damaged record is as good as none: adopting writes a new one. */
function hasRecord(store: Store, name: string): boolean {
  try {
    return readRecord(store, name) !== undefined;
  } catch {
    return false;
  }
}

/** The first name from an instant on that nothing in the store has. */
function freeName(store: Store, instant: number, taken: Set<string>): string {
  for (let time = instant; ; time += 1000) {
    const name = snapshotName(new Date(time));
    const places = [inStore(store, name), recordPath(store, name), inStore(store, METADATA, PARTS.building, name)];
    if (!taken.has(name) && !places.some(existsSync)) {
      taken.add(name);
      return name;
    }
  }
}

function ensureSameFileSystem(store: Store, adoptions: readonly Adoption[]): void {
  for (const { from, inPlace } of adoptions) {
    if (!inPlace && lookAt(from)?.dev !== store.device) {
      throw new StoreError(`cannot adopt ${from}: it is on another file system than the store ${store.path}`, {
        hint: "adopting moves folders, it does not copy them; make the store on that disk",
      });
    }
  }
}

function lookAt(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

/** The instant that an adopted snapshot's name stands for: not quite its own when the name had to be made unique. */
export function instantOfName({ name, instant }: Adoption): number {
  return parseSnapshotName(name)?.instant ?? instant;
}
