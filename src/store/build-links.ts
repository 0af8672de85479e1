import { renameSync, rmSync, statSync } from "node:fs";
import { Beneath } from "../path/beneath.ts";
import { type BytePath, bytePathFromLatin1, parentOf } from "../path/byte-path.ts";
import { RecordCursor } from "../process/record-cursor.ts";
import { copyPaths } from "../transfer/copy-paths.ts";
import { copyFolderAttributes, copyTopAttributes } from "../transfer/folders.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import { type Entry, pathOf, streamEntries, typeOf } from "./entries.ts";
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
 */
export async function buildLinks(mirror: string, target: string, options: LinkOptions): Promise<Links> {
  const trees = { mirror: new Beneath(mirror), target: new Beneath(target) };
  try {
    return await buildBeneath(trees, { mirror, target }, options);
  } finally {
    trees.mirror.close();
    trees.target.close();
  }
}

async function buildBeneath(
  trees: { mirror: Beneath; target: Beneath },
  { mirror, target }: { mirror: string; target: string },
  { spare, context }: LinkOptions,
): Promise<Links> {
  const builder = new LinkBuilder(trees.mirror, trees.target);
  const marks = new FolderMarks(spare ?? new Set(), new Date());
  const isTopSame = marks.meet(topEntry(mirror));
  const others = await mergeEntries(
    { mirror, target: spare === undefined ? undefined : target },
    { builder, marks, context },
  );
  builder.finish();
  if (builder.unlinkable.length > 0) {
    await putCopies(trees, builder.unlinkable, { into: `${target}.copies`, context });
  }
  const folders = new Set([...others, ...builder.touched, ...builder.unlinkable.map(parentOf)]);
  const isTopTouched = folders.delete(TOP);
  const places = { source: mirror, target };
  await Promise.all([
    ...(folders.size > 0 ? [copyFolderAttributes(places, folders, context)] : []),
    ...(isTopTouched || !isTopSame ? [copyTopAttributes(places, context)] : []),
  ]);
  return { copied: builder.unlinkable.length, marks: marks.noted };
}

async function putCopies(
  { mirror, target }: { mirror: Beneath; target: Beneath },
  paths: readonly BytePath[],
  { into, context }: { into: string; context: RsyncContext },
): Promise<void> {
  try {
    const copies = await copyPaths(mirror, paths, { into, context });
    for (const [index, path] of paths.entries()) {
      renameSync(copies[index] ?? "", target.place(path));
    }
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

const TOP = bytePathFromLatin1("");

function topEntry(mirror: string): Entry {
  const { ino, ctimeNs } = statSync(`${mirror}/.`, { bigint: true });
  return `d ${ino}/${ctimeNs / NANOSECONDS}.${String(ctimeNs % NANOSECONDS).padStart(9, "0")} `;
}

const NANOSECONDS = 1_000_000_000n;

/** @returns the folders whose attributes may differ. */
async function mergeEntries(
  trees: { mirror: string; target: string | undefined },
  { builder, marks, context }: { builder: LinkBuilder; marks: FolderMarks; context: RsyncContext },
): Promise<BytePath[]> {
  const wanted = new RecordCursor(streamEntries(trees.mirror));
  const present = new RecordCursor(trees.target === undefined ? nothing() : streamEntries(trees.target));
  const folders: BytePath[] = [];
  try {
    for (;;) {
      const filled = [wanted.fill(), present.fill()] as const;
      const [wants, has] = filled.some((each) => each instanceof Promise) ? await Promise.all(filled) : filled;
      context.signal?.throwIfAborted();
      if (wants && has) {
        RecordCursor.skipEqual(wanted, present);
        if (wanted.fill() !== true || present.fill() !== true) {
          continue;
        }
      } else if (!wants && !has) {
        return folders;
      }
      const want = wants ? wanted.line : undefined;
      const have = has ? present.line : undefined;
      const order = compare(want, have);
      if (order <= 0 && want !== undefined) {
        builder.put(want, order === 0 ? have : undefined);
        if (typeOf(want) === "d" && !marks.meet(want)) {
          folders.push(bytePathFromLatin1(pathOf(want)));
        }
        wanted.advance();
      } else if (have !== undefined) {
        builder.extra(have);
      }
      if (order >= 0) {
        present.advance();
      }
    }
  } finally {
    await Promise.all([wanted.close(), present.close()]);
  }
}

async function* nothing(): AsyncGenerator<Buffer> {}

/** By path; an end of a list comes after everything. */
function compare(want: Entry | undefined, have: Entry | undefined): number {
  if (want === undefined || have === undefined) {
    return want === undefined ? 1 : -1;
  }
  const [a, b] = [pathOf(want), pathOf(have)];
  return a === b ? 0 : a < b ? -1 : 1;
}
