import { rmdirSync, unlinkSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { TransferError } from "../errors/errors.ts";
import { Beneath } from "../path/beneath.ts";
import { parentOf, printable } from "../path/byte-path.ts";
import { makeFolderWritable } from "../path/writable.ts";
import type { Deletion } from "./plan.ts";

/** The event loop gets its turn (signals, progress) after so many deletions. */
const BATCH = 5_000;

/**
 * Deletes just the paths of a plan below a folder, children before parents. A folder that is not empty stays, and is
 * an error: the plan did not know its contents. A folder of the mirror may belong to a user who puts a link in its place
 * meanwhile: it is not followed.
 * @throws TransferError when the system refuses.
 */
export async function removePaths(folder: string, deletions: readonly Deletion[], signal?: AbortSignal): Promise<void> {
  const childrenFirst = [...deletions].sort((a, b) => (a.path < b.path ? 1 : -1));
  const tree = new Beneath(folder);
  try {
    for (const [index, deletion] of childrenFirst.entries()) {
      removeOne(tree, deletion);
      if (index % BATCH === BATCH - 1) {
        await new Promise(setImmediate);
        signal?.throwIfAborted();
      }
    }
  } finally {
    tree.close();
  }
}

function removeOne(tree: Beneath, { path, directory }: Deletion): void {
  const remove = () => (directory ? rmdirSync : unlinkSync)(tree.place(path));
  try {
    remove();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT") {
      return;
    }
    if (errno === "EACCES" && makeFolderWritable(tree.place(parentOf(path)))) {
      remove();
      return;
    }
    throw new TransferError(`cannot delete "${printable(path)}" in the mirror: ${errno}`, { cause: error });
  }
}
