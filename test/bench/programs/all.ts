import { bakup } from "./bakup.ts";
import type { Program } from "./program.ts";
import { rsnapshot } from "./rsnapshot.ts";
import { copyLinks, linkDest } from "./rsync-ways.ts";

/** bakup and its peers. */
export function allPrograms(executable: string): Program[] {
  return [bakup(executable), copyLinks, linkDest, rsnapshot];
}
