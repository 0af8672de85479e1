import { linkSync, renameSync, rmSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { TransferError } from "../errors/errors.ts";
import { Beneath } from "../path/beneath.ts";
import { type BytePath, printable } from "../path/byte-path.ts";
import { copyPaths } from "./copy-paths.ts";
import { findFullInodes } from "./full-inodes.ts";
import { type Item, mayChangeInPlace } from "./items.ts";
import type { RsyncContext } from "./rsync.ts";

/**
 * Gives each path whose attributes alone will change an inode of its own, so that rsync, which changes attributes in
 * place, cannot reach the snapshots that link the old one. Links of one inode stay links of one new inode. A path that
 * nothing else links is left alone. An inode that has no room for the links that the plan adds is left to the snapshots
 * as well.
 *
 * `mirror` and `staging` are absolute and on one file system; `staging` does not exist before and after.
 * @returns the paths that have a new inode.
 * @throws TransferError when a copy fails; no path is lost then.
 */
export async function unshare(
  mirror: string,
  items: readonly Item[],
  options: { staging: string; context: RsyncContext },
): Promise<BytePath[]> {
  const tree = new Beneath(mirror);
  try {
    return await unshareBeneath(tree, items, { mirror, ...options });
  } finally {
    tree.close();
  }
}

async function unshareBeneath(
  tree: Beneath,
  items: readonly Item[],
  { mirror, ...options }: { mirror: string; staging: string; context: RsyncContext },
): Promise<BytePath[]> {
  const shared = sharedInodes(tree, items);
  for (const [inode, names] of await findFullInodes({ mirror, tree }, items, options.context)) {
    shared.set(inode, names);
  }
  const groups = [...shared.values()];
  if (groups.length === 0) {
    return [];
  }
  try {
    const leaders = groups.flatMap(([leader]) => leader ?? []);
    const copies = await copyPaths(tree, leaders, { into: options.staging, context: options.context });
    for (const [index, copy] of copies.entries()) {
      replaceGroup(tree, groups[index] ?? [], { copy, link: `${options.staging}/link` });
    }
  } finally {
    rmSync(options.staging, { recursive: true, force: true });
  }
  return groups.flat();
}

/**
 * The paths to unshare, those of one inode together. Folders are never shared; a file with new content gets a new inode
 * anyway. What else has new content, as a link that leads elsewhere, may be what it was when rsync comes to it.
 */
function sharedInodes(tree: Beneath, items: readonly Item[]): Map<bigint, BytePath[]> {
  const byInode = new Map<bigint, BytePath[]>();
  for (const item of items) {
    if (!mayChangeInPlace(item)) {
      continue;
    }
    const status = tree.look(item.path);
    if (status !== undefined && status.nlink > 1n && !status.isDirectory()) {
      const group = byInode.get(status.ino);
      if (group === undefined) {
        byInode.set(status.ino, [item.path]);
      } else {
        group.push(item.path);
      }
    }
  }
  return byInode;
}

function replaceGroup(
  tree: Beneath,
  [leader, ...followers]: readonly BytePath[],
  { copy, link }: { copy: string; link: string },
): void {
  if (leader === undefined) {
    return;
  }
  try {
    for (const follower of followers) {
      linkSync(copy, link);
      renameSync(link, tree.place(follower));
    }
    renameSync(copy, tree.place(leader));
  } catch (error) {
    throw new TransferError(`cannot replace "${printable(leader)}" with a copy of its own: ${errnoOf(error)}`, {
      cause: error,
    });
  }
}
