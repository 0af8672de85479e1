import { readdirSync } from "node:fs";
import { describeError } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { inStore, METADATA, namesIn, type Store } from "./layout.ts";
import { type NameOrigin, parseSnapshotName } from "./names.ts";
import { type CommitRecord, readRecord, type SnapshotState } from "./records.ts";

/** One snapshot of a store, as the list knows it. */
export interface Snapshot {
  name: string;
  /** The instant it stands for, in ms since the epoch: the start of its run. */
  instant: number;
  state: SnapshotState;
  origin: NameOrigin | "adopted";
  /** Absent for a snapshot of rsync-system-backup that bakup has not been told anything about. */
  record?: CommitRecord;
}

export interface Listing {
  /** Oldest first. */
  snapshots: Snapshot[];
  /** Folders that are named like a snapshot of ours but have no (readable) record; nothing ever removes them. */
  strays: { name: string; reason: string }[];
}

/**
 * The snapshots of a store: a folder with a record, or one named as rsync-system-backup names its own. Anything else in
 * the store is somebody else's and left alone.
 */
export function listSnapshots(store: Store): Listing {
  const recorded = new Set(namesIn(inStore(store, METADATA)));
  const listing: Listing = { snapshots: [], strays: [] };
  for (const entry of readdirSync(`${store.root}/.`, { withFileTypes: true })) {
    const { name } = entry;
    const parsed = entry.isDirectory() ? parseSnapshotName(name) : undefined;
    if (parsed === undefined) {
      continue;
    }
    const { origin, instant } = parsed;
    if (!recorded.has(`${name}.json`)) {
      if (origin === "bakup") {
        listing.strays.push({ name, reason: "it has no record" });
      } else {
        listing.snapshots.push({ name, instant, state: "complete", origin });
      }
      continue;
    }
    try {
      const record = readRecord(store, name);
      if (record !== undefined) {
        const { state } = record;
        listing.snapshots.push({
          name,
          instant,
          state,
          origin: record.origin === "adopted" ? "adopted" : origin,
          record,
        });
      }
    } catch (error) {
      listing.strays.push({ name, reason: describeError(error) });
    }
  }
  listing.snapshots.sort((a, b) => a.instant - b.instant || (a.name < b.name ? -1 : 1));
  return listing;
}

/** The newest complete snapshot. */
export function newestComplete(snapshots: readonly Snapshot[]): Snapshot | undefined {
  return snapshots.findLast((snapshot) => snapshot.state === "complete");
}

/**
 * Finds a snapshot by its name, by a beginning of it that only one has, or by "latest" (the newest).
 * @throws StoreError when there is none, or more than one.
 */
export function findSnapshot(store: Store, wanted: string): Snapshot {
  const { snapshots, strays } = listSnapshots(store);
  const newest = snapshots.at(-1);
  if (wanted === "latest" && newest !== undefined) {
    return newest;
  }
  const exact = snapshots.find(({ name }) => name === wanted);
  const matching = wanted === "" ? [] : snapshots.filter(({ name }) => name.startsWith(wanted));
  const [found = exact] = exact === undefined ? matching : [exact];
  if (found !== undefined && (exact !== undefined || matching.length === 1)) {
    return found;
  }
  const stray = strays.find(({ name }) => name === wanted);
  if (stray !== undefined) {
    throw new StoreError(`"${wanted}" in ${store.path} is no snapshot: ${stray.reason}`, {
      hint: `after a look at it: bakup adopt --store ${store.path} ${wanted}`,
    });
  }
  throw new StoreError(
    matching.length > 1
      ? `"${wanted}" stands for ${matching.length} snapshots of ${store.path}`
      : `there is no snapshot "${wanted}" in ${store.path}`,
    { hint: `see them with: bakup list --store ${store.path}` },
  );
}
