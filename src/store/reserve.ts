import { randomFillSync } from "node:crypto";
import { closeSync, lstatSync, rmSync, writeSync } from "node:fs";
import { createOwnFile } from "../path/own-file.ts";
import { ensureFolder, inStore, METADATA, namesIn, type Store } from "./layout.ts";

const RESERVE = "reserve";
/** More than one file, because inodes run out too. */
const FILES = 8;
const FILE_BYTES = 32 * 1024;

/**
 * Sets a little room of the disk aside, so that also on a full disk a store can be locked and old snapshots removed.
 * Where there is no room for it, there is none: that is no failure.
 */
export function keepReserve(store: Store): void {
  const folder = inStore(store, METADATA, RESERVE);
  try {
    ensureFolder(store, RESERVE);
    const there = namesIn(folder).length;
    // What does not compress takes the room that it says.
    const bytes = there < FILES ? randomFillSync(Buffer.alloc(FILE_BYTES)) : Buffer.alloc(0);
    for (let index = there; index < FILES; index += 1) {
      const fd = createOwnFile(`${folder}/${index}`);
      try {
        writeSync(fd, bytes);
      } finally {
        closeSync(fd);
      }
    }
  } catch {
    // The disk is full already.
  }
}

/** Gives the room back. @returns whether there was any. */
export function spendReserve(store: Store): boolean {
  const folder = inStore(store, METADATA, RESERVE);
  const names = isFolder(folder) ? namesIn(folder) : [];
  for (const name of names) {
    rmSync(`${folder}/${name}`, { force: true, recursive: true });
  }
  return names.length > 0;
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
