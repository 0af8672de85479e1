import { lstatSync, renameSync } from "node:fs";
import { StoreError } from "../errors/errors.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import { btrfs, isSubvolume } from "./backend.ts";
import { inStore, METADATA, namesIn, PARTS, type Store, syncFolder } from "./layout.ts";
import type { Snapshot } from "./list.ts";
import { removeRecord } from "./records.ts";

/**
 * Takes a snapshot out of the store, at once and by a rename: into the trash, or as the spare that the next snapshot is
 * made from. Nothing is deleted here; `emptyTrash` does that.
 * @throws StoreError when the name is not a folder of the store's own file system.
 */
export async function retireSnapshot(store: Store, snapshot: Snapshot, to: "trash" | "spare"): Promise<void> {
  const path = inStore(store, snapshot.name);
  const status = lstatSync(path, { bigint: true });
  const subvolume = status.isDirectory() && isSubvolume(path);
  if (!status.isDirectory() || (status.dev !== store.device && !subvolume)) {
    throw new StoreError(`will not remove "${snapshot.name}" in ${store.path}: it is a link, or another file system`);
  }
  if (subvolume) {
    await btrfs(["property", "set", "-t", "subvol", path, "ro", "false"]);
  }
  const part = to === "spare" && !subvolume ? PARTS.spare : PARTS.trash;
  renameSync(path, inStore(store, METADATA, part, snapshot.name));
  syncFolder(`${store.root}/.`);
  removeRecord(store, snapshot.name);
}

/** Moves what an interrupted run left behind into the trash. @returns what was found, for people. */
export function trashLeftovers(store: Store, part: "new" | "spare"): string[] {
  const names = namesIn(inStore(store, METADATA, part));
  for (const [index, name] of names.entries()) {
    const unique = `${name}.${Date.now()}.${index}`;
    renameSync(inStore(store, METADATA, part, name), inStore(store, METADATA, PARTS.trash, unique));
  }
  return names;
}

/** Deletes what lies in the trash: never follows a link, never leaves the file system. @throws StoreError */
export async function emptyTrash(store: Store, signal?: AbortSignal): Promise<void> {
  for (const name of namesIn(inStore(store, METADATA, PARTS.trash))) {
    signal?.throwIfAborted();
    await deleteTree(inStore(store, METADATA, PARTS.trash, name), signal);
  }
}

/** Follows no link, and takes no mount point for a folder to delete. */
const SCATTERED = `find "$1" -xdev -depth -mindepth 1 -maxdepth 3 -type d -print0 |
  xargs --null --no-run-if-empty --max-args=8 --max-procs=8 rm -rf --one-file-system --preserve-root=all --`;

async function deleteTree(path: string, signal: AbortSignal | undefined): Promise<void> {
  if (isSubvolume(path)) {
    await btrfs(["subvolume", "delete", path]);
    return;
  }
  // Most of it side by side; the last one removes what is left, and says what cannot be.
  await runCommand("sh", ["-c", SCATTERED, "sh", path], { signal });
  const remove = () => runCommand("rm", ["-rf", "--one-file-system", "--preserve-root=all", "--", path], { signal });
  let result = await remove();
  if (result.exitCode !== 0 && process.getuid?.() !== 0) {
    await runCommand("chmod", ["-R", "u+rwx", "--", path], { signal });
    result = await remove();
  }
  if (result.exitCode !== 0) {
    signal?.throwIfAborted();
    throw new StoreError(`cannot delete an old snapshot: ${firstComplaint(result)}`);
  }
}
