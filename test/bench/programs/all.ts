import { borg, rdiffBackup, restic } from "./archives.ts";
import { backInTime } from "./back-in-time.ts";
import { bakup } from "./bakup.ts";
import type { Program } from "./program.ts";
import { rsnapshot } from "./rsnapshot.ts";
import { copyLinks, linkDest, plainRsync, reflinks, subvolumes, syncedRsync } from "./rsync-ways.ts";

/** bakup and its peers. */
export function allPrograms(executable: string): Program[] {
  const folders = [copyLinks, linkDest, subvolumes, reflinks, rsnapshot, backInTime, rdiffBackup];
  return [bakup(executable), plainRsync, syncedRsync, ...folders, restic, borg];
}
