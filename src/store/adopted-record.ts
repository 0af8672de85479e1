import type { Snapshot } from "./list.ts";
import type { CommitRecord, SnapshotState } from "./records.ts";

/** The record of a snapshot that another program made: all that is known is when, and whether it is whole. */
export function adoptedRecord(snapshot: { name: string; instant: number; state: SnapshotState }): CommitRecord {
  const time = new Date(snapshot.instant).toISOString();
  return { name: snapshot.name, state: snapshot.state, started: time, finished: time, origin: "adopted" };
}

/** A snapshot's record, or a new one where rsync-system-backup left none. */
export function recordOf(snapshot: Snapshot): CommitRecord {
  return snapshot.record ?? adoptedRecord(snapshot);
}
