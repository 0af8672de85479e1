import { renameSync, rmSync } from "node:fs";
import { Beneath } from "../path/beneath.ts";
import { type BytePath, bytePathFromLatin1 } from "../path/byte-path.ts";
import { copyPaths } from "../transfer/copy-paths.ts";
import { copyFolderAttributes, copyTopAttributes } from "../transfer/folders.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import { FolderMarks } from "./folder-marks.ts";
import { LinkBuilder } from "./link-builder.ts";

export interface Links {
  /** So many files were copied, because their inodes have as many links as the file system allows. */
  copied: number;
  /** The folders that the new tree was made from, for the next time that it is a spare. */
  marks: readonly string[];
}

export interface LinkOptions {
  /** The marks of the spare that the target holds; undefined when it is empty. */
  spare: ReadonlySet<string> | undefined;
  context: RsyncContext;
}

/**
 * Makes `target` a tree of hard links to `mirror`. The target may hold an older such tree (a spare): what is the same
 * inode under the same name stays, so the work is what has changed, not what exists. That is safe because an inode that
 * the target still links cannot have been used anew, and published inodes are never written. A folder gets its
 * attributes anew unless neither the mirror's has changed since the spare was made of it, nor the spare's just now.
 * Does not leave the file system.
 * @throws StoreError
 */
export async function buildLinks(mirror: string, target: string, { spare, context }: LinkOptions): Promise<Links> {
  const marks = new FolderMarks(spare ?? new Set(), new Date());
  const builder = new LinkBuilder(marks, context.signal);
  await builder.build(mirror, target, { isNew: spare === undefined });
  const { unlinkable, renewed } = builder;
  if (unlinkable.length > 0) {
    await putCopies({ mirror, target }, unlinkable, context);
  }
  const isTopRenewed = renewed.delete(TOP);
  const places = { source: mirror, target };
  await Promise.all([
    ...(renewed.size > 0 ? [copyFolderAttributes(places, renewed, context)] : []),
    ...(isTopRenewed ? [copyTopAttributes(places, context)] : []),
  ]);
  return { copied: unlinkable.length, marks: marks.noted };
}

const TOP = bytePathFromLatin1("");

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
