import { withBeneath } from "../path/beneath.ts";
import type { BytePath } from "../path/byte-path.ts";
import { type Item, isRegularFile, kindOf } from "./items.ts";

/** A plan's items by how rsync must treat them. */
export interface SortedItems {
  /** Folders, what is new and what has new contents: copied whatever the source is now, so never changed in place. */
  copied: Item[];
  /** New links of files that have not changed: those stay as they are, whatever the source is now. */
  joined: Item[];
  /** What has an inode of its own for this. */
  rest: Item[];
}

/**
 * Sorts what is to be done so that no inode of a snapshot is changed in place. The source goes on changing after the
 * plan: a file may be what it was again when rsync comes to it, but for its mode. All links of one file stay together.
 */
export function sortItems(source: string, items: readonly Item[]): SortedItems {
  const byPath = new Map(items.map((item) => [item.path, item]));
  const leaders = findLeaders(source, items);
  const sorted: SortedItems = { copied: [], joined: [], rest: [] };
  for (const item of items) {
    const first = item.leader === undefined ? (leaders.get(item) ?? item) : byPath.get(item.leader);
    if (first === undefined) {
      sorted[kindOf(item) === "created" ? "joined" : "rest"].push(item);
    } else {
      sorted[item.directory || isNew(first) ? "copied" : "rest"].push(item);
    }
  }
  return sorted;
}

/**
 * The items with those small files that have one name, and of which only attributes change, as if their contents had
 * changed: to copy them costs less than to give them an inode of their own first, and rsync another call for them.
 */
export function copyAnew(source: string, items: readonly Item[], mostBytes: number): Item[] {
  const isSmall = (item: Item) => isRegularFile(item) && kindOf(item) === "attributes" && item.length <= mostBytes;
  const small = items.filter((item) => item.leader === undefined && isSmall(item));
  if (small.length === 0) {
    return [...items];
  }
  const linked = inodesOf(source, small);
  const anew = new Set(small.filter(({ path }) => !linked.has(path)));
  return items.map((item) => (anew.has(item) ? { ...item, code: `>${item.code.slice(1)}` } : item));
}

function isNew(item: Item): boolean {
  return ["created", "content"].includes(kindOf(item));
}

/** The copied file that an item becomes a link of, where rsync did not say so: it names none that it has yet to copy. */
function findLeaders(source: string, items: readonly Item[]): Map<Item, Item> {
  const leaders = new Map<Item, Item>();
  const orphans = items.filter((item) => kindOf(item) === "linked" && item.leader === undefined);
  const copied = items.filter((item) => isRegularFile(item) && item.leader === undefined && isNew(item));
  if (orphans.length === 0 || copied.length === 0) {
    return leaders;
  }
  const inodes = inodesOf(source, [...orphans, ...copied]);
  const byInode = new Map(copied.map((item) => [inodes.get(item.path), item]));
  byInode.delete(undefined);
  for (const orphan of orphans) {
    const leader = byInode.get(inodes.get(orphan.path));
    if (leader !== undefined) {
      leaders.set(orphan, leader);
    }
  }
  return leaders;
}

/** Of the files that have several names. Where nothing can be seen rsync will say why. */
function inodesOf(source: string, items: readonly Item[]): Map<BytePath, bigint> {
  const inodes = new Map<BytePath, bigint>();
  try {
    withBeneath(source, (tree) => {
      for (const { path } of items) {
        const status = tree.look(path);
        if (status !== undefined && status.nlink > 1n) {
          inodes.set(path, status.ino);
        }
      }
    });
  } catch {
    return inodes;
  }
  return inodes;
}
