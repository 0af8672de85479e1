import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatLocalTime } from "../schedule/local-time.ts";
import { profileStateFolder } from "./state-folder.ts";

const SEQUENCE_DIGITS = 7;

/**
 * The folder that BURP calls "current", the second argument of a timer script: `timestamp` says when the newest
 * successful backup began, in BURP's form, and `snapshot` leads to that snapshot, where it is on this machine.
 */
export function newestBackupFolder(profile: string): string {
  return join(profileStateFolder(profile), "current");
}

/** Brings that folder up to date. @param snapshot its path, where there is one. */
export function noteNewestBackup(profile: string, started: Date, snapshot: string | undefined): void {
  const folder = newestBackupFolder(profile);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "timestamp");
  const sequence = String(sequenceOf(file) + 1).padStart(SEQUENCE_DIGITS, "0");
  const [, ...dateTimeZone] = formatLocalTime(started.getTime()).split(" ");
  writeFileSync(`${file}.new`, `${sequence} ${dateTimeZone.join(" ")}\n`);
  renameSync(`${file}.new`, file);
  rmSync(join(folder, "snapshot"), { force: true });
  if (snapshot !== undefined) {
    symlinkSync(snapshot, join(folder, "snapshot"));
  }
}

function sequenceOf(file: string): number {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || 0;
  } catch {
    return 0;
  }
}
