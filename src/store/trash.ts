import { lstatSync, mkdirSync, renameSync } from "node:fs";
import { StoreError } from "../errors/errors.ts";
import { withBeneath } from "../path/beneath.ts";
import { type BytePath, bytePathFromLatin1 } from "../path/byte-path.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import { splitter } from "../process/lines.ts";
import { btrfs, isSubvolume, setReadOnly } from "./backend.ts";
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
    await setReadOnly(path, false);
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

/** How deep the folders lie that are deleted side by side. */
const SCATTER_DEPTH = 3;
const SCATTERED = `find . -mindepth 1 -maxdepth 1 -print0 |
  xargs --null --no-run-if-empty --max-args=8 --max-procs=8 rm -rf --one-file-system --preserve-root=all --`;

async function deleteTree(path: string, signal: AbortSignal | undefined): Promise<void> {
  if (isSubvolume(path)) {
    await btrfs(["subvolume", "delete", path]);
    return;
  }
  // Most of it side by side; the last one removes what is left, and says what cannot be.
  const parts = await scatter(path, signal);
  if (parts !== undefined) {
    await runCommand("sh", ["-c", SCATTERED], { cwd: parts, signal });
    await remove(parts, signal);
  }
  await remove(path, signal);
}

/**
 * Moves the folders of a tree into one of our own, and returns that one. rm looks for each by its name, and whoever owns
 * a folder of the tree, and still has it open, can put a link in the place of another: not in a folder of ours. A mount
 * point cannot be moved, and stays.
 */
async function scatter(path: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const parts = `${path}.parts`;
  const folders: BytePath[] = [];
  const note = splitter("\0", (name) => folders.push(bytePathFromLatin1(name)));
  const deepFirst = ["-depth", "-mindepth", "1", "-maxdepth", String(SCATTER_DEPTH), "-type", "d"];
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory() || !attempt(() => mkdirSync(parts, { mode: 0o700 }))) {
    return undefined;
  }
  await runCommand("find", [".", "-xdev", ...deepFirst, "-printf", "%P\\0"], { cwd: path, signal, onStdout: note });
  withBeneath(path, (tree) => {
    for (const [index, folder] of folders.entries()) {
      attempt(() => renameSync(tree.place(folder), `${parts}/${index}`));
    }
  });
  return parts;
}

/** What cannot be done, as on a full disk, is left to the last rm. */
function attempt(change: () => void): boolean {
  try {
    change();
    return true;
  } catch {
    return false;
  }
}

/** Follows no link, and takes no mount point for a folder to delete. @throws StoreError */
async function remove(path: string, signal: AbortSignal | undefined): Promise<void> {
  const rm = () => runCommand("rm", ["-rf", "--one-file-system", "--preserve-root=all", "--", path], { signal });
  let result = await rm();
  if (result.exitCode !== 0 && process.getuid?.() !== 0) {
    await runCommand("chmod", ["-R", "u+rwx", "--", path], { signal });
    result = await rm();
  }
  if (result.exitCode !== 0) {
    signal?.throwIfAborted();
    throw new StoreError(`cannot delete an old snapshot: ${firstComplaint(result)}`);
  }
}
