import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { isOurs } from "./ours.ts";

export interface OwnFolder {
  /** By way of an open descriptor: it stays this folder, whoever renames what. */
  path: string;
  close(): void;
}

/**
 * Makes a folder that nobody else may enter, in a folder that somebody else may own.
 * @throws the system's error: EEXIST when there is something, EPERM when somebody has put something else there at once.
 */
export function makeOwnFolder(place: string): OwnFolder {
  mkdirSync(place, { mode: 0o700 });
  const fd = openSync(place, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const path = `/proc/${process.pid}/fd/${fd}`;
  if (!isOurs(path)) {
    closeSync(fd);
    throw Object.assign(new Error(`EPERM: not the folder that was made: ${place}`), { code: "EPERM" });
  }
  return { path, close: () => closeSync(fd) };
}
