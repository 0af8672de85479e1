import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../../src/store/layout.ts";
import { findSnapshot, type Snapshot } from "../../src/store/list.ts";
import { parseSnapshotName } from "../../src/store/names.ts";
import { type SnapshotState, writeRecord } from "../../src/store/records.ts";

/** A snapshot with a record, filled by `fill`, which gets its path. */
export function makeSnapshot(
  store: Store,
  name: string,
  { state = "complete", fill }: { state?: SnapshotState; fill?: (folder: string) => void } = {},
): Snapshot {
  const folder = join(store.path, name);
  mkdirSync(folder);
  fill?.(folder);
  const time = new Date(parseSnapshotName(name)?.instant ?? 0).toISOString();
  writeRecord(store, { name, state, started: time, finished: time, origin: "run" });
  return findSnapshot(store, name);
}
