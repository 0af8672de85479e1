import { chmodSync, lstatSync } from "node:fs";

const OWNER_ALL = 0o700;

/**
 * Lets an ordinary user change a folder of their own whose mode forbids it (root needs none of this).
 * @returns whether the mode was changed, so that another try makes sense.
 */
export function makeFolderWritable(folder: Buffer | string): boolean {
  const mode = lstatSync(folder).mode & 0o7777;
  if ((mode & OWNER_ALL) === OWNER_ALL) {
    return false;
  }
  chmodSync(folder, mode | OWNER_ALL);
  return true;
}
