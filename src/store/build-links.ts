import { renameSync, rmSync } from "node:fs";
import { Beneath } from "../path/beneath.ts";
import { ancestorsOf, type BytePath, parentOf, TOP } from "../path/byte-path.ts";
import { copyPaths } from "../transfer/copy-paths.ts";
import { copyFolderAttributes, copyTopAttributes } from "../transfer/folders.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import { LinkBuilder } from "./link-builder.ts";

export interface LinkOptions {
  /** Whether the target was just made and holds nothing. */
  isNew: boolean;
  /** Paths at which the target may differ from the mirror, as `refreshSpare` says; anywhere by default. */
  differing?: ReadonlySet<BytePath> | undefined;
  context: RsyncContext;
}

/**
 * Makes `target` a tree of hard links to `mirror`, with folders that have the same attributes. The target may hold an
 * older such tree (a spare): what is the same inode under the same name stays, so the work is what has changed, not what
 * exists. That is safe because an inode that the target still links cannot have been used anew, and published inodes are
 * never written. Does not leave the file system.
 * @returns how many files were copied, because their inodes have as many links as the file system allows.
 * @throws StoreError
 */
export async function buildLinks(
  mirror: string,
  target: string,
  { isNew, differing, context }: LinkOptions,
): Promise<number> {
  const builder = new LinkBuilder(context.signal, { only: differing === undefined ? undefined : foldersOf(differing) });
  await builder.build(mirror, target, { isNew });
  const { unlinkable } = builder;
  if (unlinkable.length > 0) {
    await putCopies({ mirror, target }, unlinkable, context);
    await renewFolders({ source: mirror, target }, new Set(unlinkable.map(parentOf)), context);
  }
  return unlinkable.length;
}

/** The folders among the paths, and all those above them. */
function foldersOf(paths: ReadonlySet<BytePath>): Set<BytePath> {
  return new Set([...paths].flatMap((path) => [path, ...ancestorsOf(path)]));
}

async function renewFolders(
  trees: { source: string; target: string },
  folders: Set<BytePath>,
  context: RsyncContext,
): Promise<void> {
  const isTopRenewed = folders.delete(TOP);
  await Promise.all([
    ...(folders.size > 0 ? [copyFolderAttributes(trees, folders, context)] : []),
    ...(isTopRenewed ? [copyTopAttributes(trees, context)] : []),
  ]);
}

async function putCopies(
  places: { mirror: string; target: string },
  paths: readonly BytePath[],
  context: RsyncContext,
): Promise<void> {
  const into = `${places.target}.copies`;
  const trees = [new Beneath(places.mirror), new Beneath(places.target)] as const;
  const [mirror, target] = trees;
  try {
    const copies = await copyPaths(mirror, paths, { into, context });
    for (const [index, path] of paths.entries()) {
      renameSync(copies[index] ?? "", target.place(path));
    }
  } finally {
    rmSync(into, { recursive: true, force: true });
    for (const tree of trees) {
      tree.close();
    }
  }
}
