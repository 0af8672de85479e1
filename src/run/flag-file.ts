import { lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inStateFolder, profileStateFolder } from "./state-folder.ts";

/** A wish for one backup, as it was found: whoever wishes again meanwhile makes another file. */
export interface Wish {
  path: string;
  inode: number;
  changedMs: number;
}

/** A regular file named `backup` in the profile's state folder asks for a backup once. */
export function flagFile(profile: string): string {
  return join(profileStateFolder(profile), "backup");
}

/** The wish for a backup that lies there, if one does. @throws BakupError when its folder is none */
export function findWish(profile: string): Wish | undefined {
  const path = flagFile(profile);
  const status = inStateFolder(() => lstatSync(path, { throwIfNoEntry: false }));
  return status?.isFile() ? { path, inode: status.ino, changedMs: status.ctimeMs } : undefined;
}

/** Takes away a wish that has come true, and leaves one that was made since. */
export function fulfilWish({ path, inode, changedMs }: Wish): void {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status?.ino === inode && status.ctimeMs === changedMs) {
    rmSync(path, { force: true });
  }
}
