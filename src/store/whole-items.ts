import { type BytePath, TOP } from "../path/byte-path.ts";
import type { Item } from "../transfer/items.ts";
import type { EntryType } from "./manifest/entry.ts";
import { surveyTree } from "./manifest/survey.ts";
import type { SurveyedEntry } from "./manifest/survey-piece.ts";
import { NumberTable } from "./number-table.ts";

/** rsync's item letters for what is new. */
const NEW: Record<EntryType, string> = {
  file: ">f+++++++++",
  dir: "cd+++++++++",
  link: "cL+++++++++",
  fifo: "cS+++++++++",
  socket: "cS+++++++++",
  char: "cD+++++++++",
  block: "cD+++++++++",
};

/**
 * What rsync would say of each path of a tree, its top left out, if it were to copy all of it to where nothing is: sorted
 * by path, with the first name of a file as the leader of its others. Does not leave the file system.
 * @throws TransferError when a part of the tree cannot be read.
 */
export async function itemsOfWhole(tree: string, signal?: AbortSignal): Promise<Item[]> {
  const items: Item[] = [];
  const firstNames = new NumberTable();
  for await (const entries of surveyTree(tree, signal)) {
    for (const entry of entries) {
      if (entry.path === TOP) {
        continue;
      }
      const first = entry.inode === "" ? undefined : firstNames.get(BigInt(entry.inode));
      const leader = first === undefined ? undefined : items[Number(first)]?.path;
      if (entry.inode !== "" && first === undefined) {
        firstNames.set(BigInt(entry.inode), BigInt(items.length));
      }
      items.push(newItem(entry, leader));
    }
  }
  return items;
}

/** What rsync would say of something new, or of a new link of `leader`. Pure. */
export function newItem({ path, type, size }: Pick<SurveyedEntry, "path" | "type" | "size">, leader?: BytePath): Item {
  const item = { code: NEW[type], length: type === "file" ? size : 0, path, directory: type === "dir" };
  return leader === undefined ? item : { ...item, code: `h${item.code.slice(1)}`, leader };
}
