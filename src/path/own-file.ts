import { closeSync, constants, fstatSync, openSync, rmSync } from "node:fs";
import { readWhole } from "./read-whole.ts";

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** More than any of our own files has. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Makes a new file to write and read; whatever had its name is gone then. A link that somebody has put there is not
 * followed.
 * @returns its descriptor. @throws the system's error.
 */
export function createOwnFile(path: string): number {
  rmSync(path, { force: true });
  return openSync(path, "wx+", 0o600);
}

/**
 * Reads a file that only we should have written, from a place where others may have put something else: no link is
 * followed, no pipe waited for, nothing endless read.
 * @throws the system's error; EINVAL for what is no regular file, EFBIG for one that is too large.
 */
export function readOwnFile(path: string): string {
  const fd = openSync(path, READ);
  try {
    const status = fstatSync(fd);
    if (!status.isFile() || status.size > MOST_BYTES) {
      const code = status.isFile() ? "EFBIG" : "EINVAL";
      throw Object.assign(new Error(`${code}: not a file of ours: ${path}`), { code });
    }
    return readWhole(fd, status.size).toString();
  } finally {
    closeSync(fd);
  }
}
