import { StoreError } from "../errors/errors.ts";
import { recordOf } from "./adopted-record.ts";
import { ensureIdentity } from "./identity.ts";
import type { Store } from "./layout.ts";
import type { Snapshot } from "./list.ts";
import { type CommitRecord, writeRecord } from "./records.ts";

/**
 * Keeps a snapshot for ever, whatever the rotation scheme says; a second pin replaces the reason.
 * @throws StoreError when there is no reason, or the record cannot be written.
 */
export function pinSnapshot(store: Store, snapshot: Snapshot, reason: string, now: Date): CommitRecord {
  if (reason.trim() === "") {
    throw new StoreError(`cannot pin "${snapshot.name}" without a reason`, {
      hint: "say why, for whoever wonders in a year",
    });
  }
  const record = { ...recordOf(snapshot), pin: { reason: reason.trim(), since: now.toISOString() } };
  ensureIdentity(store);
  writeRecord(store, record);
  return record;
}

/** Leaves a snapshot to the rotation scheme again. @throws StoreError when it is not pinned. */
export function unpinSnapshot(store: Store, snapshot: Snapshot): CommitRecord {
  const { pin, ...record } = recordOf(snapshot);
  if (pin === undefined) {
    throw new StoreError(`the snapshot "${snapshot.name}" in ${store.path} is not pinned`);
  }
  writeRecord(store, record);
  return record;
}
