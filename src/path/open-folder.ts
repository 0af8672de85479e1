import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { type BytePath, toBuffer } from "./byte-path.ts";

/** From Linux's <fcntl.h>: node has no name for it. */
const O_PATH = 0o10000000;

/** Flags to open a folder, and nothing else, as a place to begin paths from: it need not be readable. */
export const FOLDER_ITSELF = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** A path for the system, also for child programs, to a name in an open folder: only that name is looked up. */
export function placeIn(fd: number, name: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`/proc/${process.pid}/fd/${fd}/`), toBuffer(name)]);
}

/**
 * Opens a folder by a path without links, made absolute before: each name on the way is looked up in the folder that was
 * opened before it, so that nobody who may write one of them can lead us elsewhere by a link. What is missing is made.
 * @returns a descriptor: a place to begin paths from, not to read from. @throws the system's error: ENOTDIR for a link.
 */
export function openFolderWithoutLinks(path: string): number {
  let fd = openSync("/", FOLDER_ITSELF);
  for (const name of path.split("/").filter((each) => each !== "")) {
    try {
      const next = openOrMake(`/proc/${process.pid}/fd/${fd}/${name}`);
      closeSync(fd);
      fd = next;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }
  return fd;
}

function openOrMake(path: string): number {
  try {
    return openSync(path, FOLDER_ITSELF);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") {
      throw error;
    }
  }
  mkdirSync(path);
  return openSync(path, FOLDER_ITSELF);
}
