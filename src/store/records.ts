import { rmSync, unlinkSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { readJson, writeJson } from "./files.ts";
import { inStore, METADATA, namesIn, type Store, syncFolder } from "./layout.ts";
import { type ManifestSeal, removeManifest } from "./manifest/file.ts";
import { parseSnapshotName } from "./names.ts";
import { isCommitRecord } from "./record-schema.ts";

/**
 * complete: all of the source. incomplete: files vanished or could not be read. suspect: looks damaged or too small.
 * damaged: it is no longer what it was, as `bakup verify` found.
 */
export type SnapshotState = "complete" | "incomplete" | "suspect" | "damaged";

/** What is known of a snapshot. Written before the snapshot gets its name: without a record there is no snapshot. */
export interface CommitRecord {
  name: string;
  state: SnapshotState;
  /** Start and end of the run, ISO 8601 in UTC. */
  started: string;
  finished: string;
  origin: "run" | "adopted";
  host?: string;
  profile?: string;
  source?: string;
  backend?: string;
  /** Of the whole snapshot. */
  entries?: number;
  bytes?: number;
  changes?: { created: number; changed: number; attributes: number; deleted: number; bytes: number };
  vanished?: number;
  unreadable?: number;
  /** Files that were copied because their inode has as many links as the file system allows. */
  linkLimit?: number;
  pin?: { reason: string; since: string };
  manifest?: ManifestSeal;
  verified?: VerifiedParts;
  damage?: DamageMark;
  /** The last restore test that found everything as it was, ISO 8601 in UTC. */
  restoreTest?: { when: string; files: number };
}

/** When each part of a snapshot was last found sound, ISO 8601 in UTC; a check of everything is the only part of one. */
export interface VerifiedParts {
  parts: (string | null)[];
  /** Where a check of a part was broken off: the last path that it had read, its characters standing for bytes. */
  broken?: { part: number; after: string };
}

/** Why a snapshot is damaged; the list of what is wrong lies in a file of its own. */
export interface DamageMark {
  found: string;
  /** How many things are wrong. */
  count: number;
  /** What it was before, and is again when it is repaired. */
  was: Exclude<SnapshotState, "damaged">;
}

export function recordPath(store: Store, name: string): string {
  return inStore(store, METADATA, `${name}.json`);
}

/** Reads a snapshot's record; undefined when there is none. @throws StoreError when it is damaged. */
export function readRecord(store: Store, name: string): CommitRecord | undefined {
  const json = readJson(recordPath(store, name));
  return json === undefined ? undefined : checkRecord(json, name, store.path);
}

/** The record of a snapshot that a JSON object says; `where` is the store, for people. @throws StoreError */
export function checkRecord(json: Record<string, unknown>, name: string, where: string): CommitRecord {
  if (json.name !== name || !isCommitRecord(json)) {
    throw new StoreError(`the record of snapshot "${name}" is damaged (${METADATA}/${name}.json)`, {
      hint: `look at the snapshot; "bakup adopt --store ${where} ${name}" writes a new record`,
    });
  }
  return json;
}

export function writeRecord(store: Store, record: CommitRecord): void {
  writeJson(recordPath(store, record.name), record);
}

/** Where the list of a snapshot's damage lies. */
export function damagePath(store: Store, name: string): string {
  return inStore(store, METADATA, `${name}.damage`);
}

/** Removes a snapshot's record, and then what belongs to it. */
export function removeRecord(store: Store, name: string): void {
  try {
    unlinkSync(recordPath(store, name));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") {
      throw error;
    }
  }
  removeManifest(store, name);
  rmSync(damagePath(store, name), { force: true });
  syncFolder(inStore(store, METADATA));
}

/** The names of all snapshots that have a record, whether the snapshot is there or not. */
export function recordNames(store: Store): string[] {
  return namesIn(inStore(store, METADATA)).flatMap((file) => {
    const name = file.slice(0, -".json".length);
    return file.endsWith(".json") && parseSnapshotName(name) !== undefined ? [name] : [];
  });
}
