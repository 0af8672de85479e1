import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** What the backup user and group need; the folders above only have to be passed through. */
const OWN_MODE = 0o750;
const PASSED_MODE = 0o711;

/** Makes a folder, unless it is there, and what is missing above it. @param giveAway is called for the folder itself. */
export function makeFolder(folder: string, giveAway: (path: string) => void): void {
  if (existsSync(folder)) {
    return;
  }
  makePassage(dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, OWN_MODE);
  giveAway(folder);
}

/** The same for a folder that others only pass through. */
export function makePassage(folder: string): void {
  if (!existsSync(folder)) {
    makePassage(dirname(folder));
    mkdirSync(folder);
    chmodSync(folder, PASSED_MODE);
  }
}
