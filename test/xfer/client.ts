import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

export interface Answer {
  code: number | null;
  /** What rsync wrote, both streams. */
  said: string;
}

/** Runs a real rsync to its end. */
export async function rsync(...args: string[]): Promise<Answer> {
  return answerOf(startRsync(...args));
}

export function startRsync(...args: string[]): ChildProcess {
  return spawn("rsync", args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, HOME: "" } });
}

export function answerOf(child: ChildProcess): Promise<Answer> {
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, said })));
}

/** What rsync-system-backup gives to rsync for a daemon, but for the roots that this tree does not have. */
export const RSYNC_SYSTEM_BACKUP = [
  "--delete",
  "--delete-excluded",
  "--acls",
  "--archive",
  "--hard-links",
  "--numeric-ids",
  "--xattrs",
  "--one-file-system",
  "--filter=-/ /dev/",
  "--filter=-/ /proc/",
];

export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "bakup-client-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
