import type { BytePath } from "../path/byte-path.ts";
import type { DirectoryEntry } from "./folder.ts";

/** What makes one folder hold what another one holds, in this order; what lies in folders of both is not looked at. */
export interface FolderDifference {
  /** Not wanted, or in the place of something else. */
  removed: DirectoryEntry[];
  /** Names of new folders. */
  made: BytePath[];
  /** Names that must lead to the inodes that they have in the other folder. */
  linked: BytePath[];
}

/** Compares what two folders hold by inodes. Pure. */
export function compareFolders(
  wanted: readonly DirectoryEntry[],
  present: readonly DirectoryEntry[],
): FolderDifference {
  const difference: FolderDifference = { removed: [], made: [], linked: [] };
  const left = new Map(present.map((entry) => [entry.name, entry]));
  for (const want of wanted) {
    const have = left.get(want.name);
    left.delete(want.name);
    if (have !== undefined && have.type === want.type && have.inode === want.inode) {
      continue;
    }
    if (have !== undefined) {
      difference.removed.push(have);
    }
    (want.type === "d" ? difference.made : difference.linked).push(want.name);
  }
  difference.removed.push(...left.values());
  return difference;
}
