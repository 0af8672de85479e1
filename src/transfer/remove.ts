import { rmdirSync, unlinkSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { TransferError } from "../errors/errors.ts";
import { below, parentOf, printable } from "../path/byte-path.ts";
import { makeFolderWritable } from "../path/writable.ts";
import type { Deletion } from "./plan.ts";

/** The event loop gets its turn (signals, progress) after so many deletions. */
const BATCH = 5_000;

/**
 * Deletes just the paths of a plan below a folder, children before parents. A folder that is not empty stays, and is
 * an error: the plan did not know its contents.
 * @throws TransferError when the system refuses.
 */
export async function removePaths(folder: string, deletions: readonly Deletion[], signal?: AbortSignal): Promise<void> {
  const childrenFirst = [...deletions].sort((a, b) => (a.path < b.path ? 1 : -1));
  let done = 0;
  for (const deletion of childrenFirst) {
    removeOne(folder, deletion);
    done += 1;
    if (done % BATCH === 0) {
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
  }
}

function removeOne(folder: string, { path, directory }: Deletion): void {
  const remove = () => (directory ? rmdirSync : unlinkSync)(below(folder, path));
  try {
    remove();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT") {
      return;
    }
    if (errno === "EACCES" && makeFolderWritable(below(folder, parentOf(path)))) {
      remove();
      return;
    }
    throw new TransferError(`cannot delete "${printable(path)}" in the mirror: ${errno}`, { cause: error });
  }
}
