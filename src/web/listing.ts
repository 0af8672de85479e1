import type { BytePath } from "../path/byte-path.ts";
import { describeEntries, type FolderEntry, listNames } from "../store/folder-entries.ts";

/** So many entries of a folder are on one page. */
export const PAGE_ENTRIES = 500;

export interface FolderListing {
  /** Folders first, then by name. */
  entries: FolderEntry[];
  total: number;
}

/**
 * A part of a folder in a snapshot, from the `from`-th entry on. Only the names of the others are read, so that a folder
 * of 100,000 files opens at once. No link on the way is followed.
 * @throws the system's error when it is no folder.
 */
export function listFolder(tree: string, path: BytePath, from: number): FolderListing {
  const names = listNames(tree, path);
  return { entries: describeEntries(tree, path, names.slice(from, from + PAGE_ENTRIES)), total: names.length };
}
