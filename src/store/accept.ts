import { StoreError } from "../errors/errors.ts";
import { recordOf } from "./adopted-record.ts";
import type { Store } from "./layout.ts";
import type { Snapshot } from "./list.ts";
import { type CommitRecord, writeRecord } from "./records.ts";

/** Declares a suspect snapshot good: from now on it counts as complete. @throws StoreError when it is not suspect. */
export function acceptSnapshot(store: Store, snapshot: Snapshot): CommitRecord {
  if (snapshot.state !== "suspect") {
    throw new StoreError(`the snapshot "${snapshot.name}" in ${store.path} is ${snapshot.state}, not suspect`, {
      hint: "there is nothing to accept",
    });
  }
  const record: CommitRecord = { ...recordOf(snapshot), state: "complete" };
  writeRecord(store, record);
  return record;
}
