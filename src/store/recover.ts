import { existsSync } from "node:fs";
import { isReadOnly, isSubvolume, setReadOnly } from "./backend.ts";
import { inStore, METADATA, PARTS, type Store } from "./layout.ts";
import { removeStrayManifests } from "./manifest/file.ts";
import { revealSnapshot } from "./publish.ts";
import { type CommitRecord, readRecord, recordNames, removeRecord } from "./records.ts";
import { emptyTrash, trashLeftovers } from "./trash.ts";

/** What an interrupted run had left, and what became of it. */
export interface Recovery {
  /** Snapshots that were whole and only lacked their name: they have it now. */
  revealed: string[];
  /** Work in progress that was thrown away. */
  discarded: string[];
}

/**
 * Puts a store in order after a run that was killed. A snapshot whose record is written is whole, so it is published;
 * what has no record is discarded. The caller holds the lock.
 */
export async function recoverStore(store: Store, signal?: AbortSignal): Promise<Recovery> {
  const revealed: string[] = [];
  for (const name of recordNames(store)) {
    if (existsSync(inStore(store, name))) {
      await closeSubvolume(store, name);
      continue;
    }
    const record = readableRecord(store, name);
    if (record !== undefined && existsSync(inStore(store, METADATA, PARTS.building, name))) {
      await revealSnapshot(store, record);
      revealed.push(name);
    } else {
      removeRecord(store, name);
    }
  }
  removeStrayManifests(store, recordNames(store));
  const discarded = trashLeftovers(store, PARTS.building);
  await emptyTrash(store, signal);
  return { revealed, discarded };
}

/** A snapshot that was being published, retired or repaired may still be open for changes. */
async function closeSubvolume(store: Store, name: string): Promise<void> {
  const path = inStore(store, name);
  if (isSubvolume(path) && !isReadOnly(path) && readableRecord(store, name)?.backend === "btrfs") {
    await setReadOnly(path, true);
  }
}

/** A damaged record of a snapshot that has no name yet proves nothing. */
function readableRecord(store: Store, name: string): CommitRecord | undefined {
  try {
    return readRecord(store, name);
  } catch {
    return undefined;
  }
}
