import { linkSync, mkdirSync, rmdirSync, unlinkSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { type BytePath, below, bytePathFromLatin1, parentOf, printable } from "../path/byte-path.ts";
import { makeFolderWritable } from "../path/writable.ts";
import { copyPaths } from "../transfer/copy-paths.ts";
import { copyFolderAttributes, copyTopAttributes } from "../transfer/folders.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import { type Entry, EntryCursor, pathOf, typeOf } from "./entries.ts";

export interface LinkCounts {
  /** Entries of the tree. */
  entries: number;
  linked: number;
  removed: number;
  /** Copied, because the inode has as many links as the file system allows. */
  copied: number;
}

/**
 * Makes `target` a tree of hard links to `mirror`. The target may hold an older such tree (a spare): what is the same
 * inode under the same name stays, so the work is what has changed, not what exists. That is safe because an inode that
 * the target still links cannot have been used anew, and published inodes are never written.
 */
export async function buildLinks(
  mirror: string,
  target: string,
  options: { refresh: boolean; context: RsyncContext },
): Promise<LinkCounts> {
  const builder = new LinkBuilder(mirror, target);
  const wanted = new EntryCursor(mirror);
  const present = new EntryCursor(options.refresh ? target : undefined);
  try {
    await mergeEntries(wanted, present, builder, options.context.signal);
  } finally {
    await Promise.all([wanted.close(), present.close()]);
  }
  builder.finish();
  if (builder.unlinkable.length > 0) {
    await copyPaths(mirror, target, builder.unlinkable, options.context);
  }
  await copyFolderAttributes({ source: mirror, target }, builder.folders, options.context);
  await copyTopAttributes({ source: mirror, target }, options.context);
  return builder.counts;
}

async function mergeEntries(
  wanted: EntryCursor,
  present: EntryCursor,
  builder: LinkBuilder,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (;;) {
    let want = wanted.peek();
    let have = present.peek();
    if (want instanceof Promise || have instanceof Promise) {
      [want, have] = await Promise.all([want, have]);
      signal?.throwIfAborted();
    }
    if (want === undefined && have === undefined) {
      return;
    }
    if (want !== undefined && want === have) {
      builder.same(want);
      wanted.advance();
      present.advance();
      continue;
    }
    const order = compare(want, have);
    if (order <= 0 && want !== undefined) {
      builder.changed(want, order === 0 ? have : undefined);
      wanted.advance();
    } else if (have !== undefined) {
      builder.extra(have);
    }
    if (order >= 0) {
      present.advance();
    }
  }
}

/** By path; an end of a list comes after everything. */
function compare(want: Entry | undefined, have: Entry | undefined): number {
  if (want === undefined || have === undefined) {
    return want === undefined ? 1 : -1;
  }
  const [a, b] = [pathOf(want), pathOf(have)];
  return a === b ? 0 : a < b ? -1 : 1;
}

class LinkBuilder {
  readonly counts: LinkCounts = { entries: 0, linked: 0, removed: 0, copied: 0 };
  readonly folders: BytePath[] = [];
  readonly unlinkable: BytePath[] = [];
  private readonly emptied: BytePath[] = [];
  private readonly linkLater: BytePath[] = [];
  private readonly mirror: string;
  private readonly target: string;

  constructor(mirror: string, target: string) {
    this.mirror = mirror;
    this.target = target;
  }

  /** The target has this very inode under this name. */
  same(entry: Entry): void {
    this.counts.entries += 1;
    if (typeOf(entry) === "d") {
      this.folders.push(bytePathFromLatin1(pathOf(entry)));
    }
  }

  /** The target lacks this entry, or has something else under its name. */
  changed(entry: Entry, instead: Entry | undefined): void {
    this.counts.entries += 1;
    const path = bytePathFromLatin1(pathOf(entry));
    if (typeOf(entry) === "d") {
      this.folders.push(path);
      if (instead !== undefined && typeOf(instead) === "d") {
        return;
      }
      if (instead !== undefined) {
        this.extra(instead);
      }
      this.attempt(path, () => mkdirSync(below(this.target, path), { mode: 0o700 }));
      return;
    }
    if (instead !== undefined) {
      this.extra(instead);
      if (typeOf(instead) === "d") {
        // Its folder is emptied and removed first.
        this.linkLater.push(path);
        return;
      }
    }
    this.link(path);
  }

  /** The target has an entry that the mirror has not. Folders go last, when they are empty. */
  extra(entry: Entry): void {
    const path = bytePathFromLatin1(pathOf(entry));
    this.counts.removed += 1;
    if (typeOf(entry) === "d") {
      this.emptied.push(path);
      return;
    }
    this.attempt(path, () => unlinkSync(below(this.target, path)));
  }

  finish(): void {
    for (const path of this.emptied.reverse()) {
      this.attempt(path, () => rmdirSync(below(this.target, path)));
    }
    for (const path of this.linkLater) {
      this.link(path);
    }
  }

  private link(path: BytePath): void {
    this.attempt(path, () => {
      try {
        linkSync(below(this.mirror, path), below(this.target, path));
        this.counts.linked += 1;
      } catch (error) {
        if (errnoOf(error) !== "EMLINK") {
          throw error;
        }
        this.unlinkable.push(path);
        this.counts.copied += 1;
      }
    });
  }

  /** An ordinary user may meet folders of their own that they may not write: those are made writable, once. */
  private attempt(path: BytePath, change: () => void): void {
    try {
      change();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === "EACCES" && makeFolderWritable(below(this.target, parentOf(path)))) {
        this.attempt(path, change);
        return;
      }
      throw new StoreError(`cannot make "${printable(path)}" in the new snapshot: ${errno}`, {
        ...hintFor(errno),
        cause: error,
      });
    }
  }
}

function hintFor(errno: string | undefined): { hint?: string } {
  if (errno === "ENOSPC" || errno === "EDQUOT") {
    return { hint: "the backup disk is full: free space or inodes, or keep fewer snapshots" };
  }
  if (errno === "EPERM" || errno === "EOPNOTSUPP" || errno === "ENOTSUP") {
    return { hint: "does this file system have hard links? ext4, xfs and btrfs do; FAT and exFAT do not" };
  }
  return {};
}
