import { linkSync, mkdirSync, rmdirSync, unlinkSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import type { Beneath } from "../path/beneath.ts";
import { type BytePath, bytePathFromLatin1, parentOf, printable } from "../path/byte-path.ts";
import { makeFolderWritable } from "../path/writable.ts";
import { type Entry, pathOf, typeOf } from "./entries.ts";

/**
 * Makes the entries of one folder hard links of another's, step by step in the order of the paths. Folders of both may
 * belong to somebody who still has them open and puts links in their places: none is followed.
 */
export class LinkBuilder {
  /** Copied later, because the inode has as many links as the file system allows. */
  readonly unlinkable: BytePath[] = [];
  /** Folders in which something was made or removed, so that their times are new. */
  readonly touched = new Set<BytePath>();
  private readonly emptied: BytePath[] = [];
  private readonly linkLater: BytePath[] = [];
  private readonly mirror: Beneath;
  private readonly target: Beneath;

  constructor(mirror: Beneath, target: Beneath) {
    this.mirror = mirror;
    this.target = target;
  }

  /** The target lacks this entry, or has another one under its name. */
  put(entry: Entry, instead: Entry | undefined): void {
    const path = bytePathFromLatin1(pathOf(entry));
    if (typeOf(entry) === "d") {
      if (instead !== undefined && typeOf(instead) === "d") {
        return;
      }
      if (instead !== undefined) {
        this.extra(instead);
      }
      this.attempt(path, () => mkdirSync(this.target.place(path), { mode: 0o700 }));
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
    if (typeOf(entry) === "d") {
      this.emptied.push(path);
      return;
    }
    this.attempt(path, () => unlinkSync(this.target.place(path)));
  }

  finish(): void {
    for (const path of this.emptied.reverse()) {
      this.attempt(path, () => rmdirSync(this.target.place(path)));
      this.touched.delete(path);
    }
    for (const path of this.linkLater) {
      this.link(path);
    }
  }

  private link(path: BytePath): void {
    this.attempt(path, () => {
      try {
        linkSync(this.mirror.place(path), this.target.place(path));
      } catch (error) {
        if (errnoOf(error) !== "EMLINK") {
          throw error;
        }
        this.unlinkable.push(path);
      }
    });
  }

  /** An ordinary user may meet folders of their own that they may not write: those are made writable, once. */
  private attempt(path: BytePath, change: () => void): void {
    try {
      change();
      this.touched.add(parentOf(path));
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === "EACCES" && makeFolderWritable(this.target.place(parentOf(path)))) {
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
