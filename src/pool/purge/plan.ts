import { type BigIntStats, lstatSync, readdirSync } from "node:fs";
import { type BytePath, bytePathFromBuffer, bytePathFromText, toBuffer } from "../../path/byte-path.ts";

const DAY_MS = 86_400_000;

export interface PurgePlan {
  /** Files and links, by age. */
  files: BytePath[];
  /** Folders, children first, to remove when they are empty. */
  folders: BytePath[];
  /** Staged days that were never stored. */
  kept: BytePath[];
}

export interface PurgeRules {
  now: Date;
  retainDays: number;
  /** Folders that are left alone with all that is in them. */
  isProtected(folder: BytePath): boolean;
}

/**
 * What is to go from a folder: files and links that were written at least so many whole days ago (when they were read
 * does not matter), and then folders that are empty. Links are not followed, other file systems not entered; pipes,
 * sockets and devices stay. @throws when the folder cannot be read.
 */
export function planPurge(dir: string, rules: PurgeRules): PurgePlan {
  const plan: PurgePlan = { files: [], folders: [], kept: [] };
  const top = bytePathFromText(dir);
  planFolder(top, { plan, rules, device: stat(top).dev });
  return plan;
}

function planFolder(folder: BytePath, task: { plan: PurgePlan; rules: PurgeRules; device: bigint }): void {
  const { plan, rules, device } = task;
  for (const name of readdirSync(toBuffer(folder), { encoding: "buffer" })) {
    const path = `${folder}/${bytePathFromBuffer(name)}` as BytePath;
    const stats = stat(path);
    if (stats.isDirectory()) {
      if (rules.isProtected(path)) {
        plan.kept.push(path);
      } else if (stats.dev === device) {
        planFolder(path, task);
        plan.folders.push(path);
      }
    } else if ((stats.isFile() || stats.isSymbolicLink()) && isOld(stats, rules)) {
      plan.files.push(path);
    }
  }
}

/** A file from the future is as old as one of today. */
function isOld({ mtimeMs }: BigIntStats, { now, retainDays }: PurgeRules): boolean {
  const ageDays = Math.floor((now.getTime() - Number(mtimeMs)) / DAY_MS);
  return Math.max(ageDays, 0) >= retainDays;
}

function stat(path: BytePath): BigIntStats {
  return lstatSync(toBuffer(path), { bigint: true });
}
