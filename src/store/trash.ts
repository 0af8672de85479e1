import { lstatSync, renameSync } from "node:fs";
import { StoreError } from "../errors/errors.ts";
import { loadAddon } from "../process/addon.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import { btrfs, isSubvolume, setReadOnly } from "./backend.ts";
import { Folder } from "./folder.ts";
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
  const trash = inStore(store, METADATA, PARTS.trash);
  for (const name of namesIn(trash)) {
    signal?.throwIfAborted();
    const path = `${trash}/${name}`;
    if (isSubvolume(path)) {
      await btrfs(["subvolume", "delete", path]);
      continue;
    }
    const error = await removeTree(trash, name, signal);
    signal?.throwIfAborted();
    if (error === "EXDEV") {
      const place = `${store.path}/${METADATA}/${PARTS.trash}/${name}`;
      throw new StoreError(`cannot delete an old snapshot: something is mounted in ${place}; unmount it`);
    }
    if (error !== null) {
      await removeRest(path, signal);
    }
  }
}

/**
 * Deletes by descriptors: whoever owns a folder of the tree, and still has it open, can put a link in the place of
 * another, but nobody follows it. @returns why something is still there, if so.
 */
async function removeTree(folder: string, name: string, signal: AbortSignal | undefined): Promise<string | null> {
  const parent = Folder.top(folder);
  const stop = new Uint8Array(1);
  const onAbort = () => stop.fill(1);
  signal?.addEventListener("abort", onAbort);
  try {
    return await loadAddon().removeTree(parent.fd, Buffer.from(name), stop);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    parent.close();
  }
}

/** Removes what is still there, or says what cannot be; it follows no link either. @throws StoreError */
async function removeRest(path: string, signal: AbortSignal | undefined): Promise<void> {
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
