import { createHash } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BackendChoice } from "../disk/backend.ts";
import type { FoundDisk } from "../disk/find.ts";
import { defaultRuntimeDirectory, ensureRuntimeDirectory } from "../lock/runtime-directory.ts";
import { readJson, writeJson } from "../store/files.ts";
import { guardKeyOf } from "./guard-key.ts";
import type { Job } from "./job.ts";

/** What of a disk is this run's to close again. It is noted before it is opened, because a run may be killed. */
export interface Opened {
  unlocked?: FoundDisk;
  mounted?: {
    /** Undefined for what only fstab knows. */
    device: string | undefined;
    /** Undefined where udisks2 chooses. */
    point: string | undefined;
    madeFolder: boolean;
  };
}

/** What a run has opened, in a file that outlives the run but not the machine. */
export interface OpenDisk extends Opened {
  /** Of the lock that the run holds as long as it lives. */
  guardKey: string;
  profile: string;
  backend: BackendChoice;
}

/** Notes what is about to be opened. */
export function noteOpening(job: Job, opened: Opened): void {
  const { profile, disk } = job;
  const guardKey = guardKeyOf(job);
  ensureRuntimeDirectory(defaultRuntimeDirectory());
  const file = fileOf(guardKey);
  writeJson(file, { ...readJson(file), guardKey, profile: profile.name, backend: disk.backend ?? "auto", ...opened });
}

/** Notes that something is closed again, or was not this run's. */
export function noteClosed(job: Job, part: keyof Opened): void {
  const file = fileOf(guardKeyOf(job));
  const { [part]: _, ...rest } = readJson(file) ?? {};
  if (rest.unlocked === undefined && rest.mounted === undefined) {
    rmSync(file, { force: true });
  } else {
    writeJson(file, rest);
  }
}

/** What is noted for a lock. Whoever asks must hold that lock: then the run that noted it is dead. */
export function readOpenDisk(guardKey: string): OpenDisk | undefined {
  return readJson(fileOf(guardKey)) as OpenDisk | undefined;
}

/** The locks of all disks that are noted as open, by runs that may still live. */
export function guardKeysOfOpenDisks(): string[] {
  const folder = defaultRuntimeDirectory();
  return namesIn(folder).flatMap((name) => {
    const key = FILE_NAME.test(name) ? readJson(join(folder, name))?.guardKey : undefined;
    return typeof key === "string" ? [key] : [];
  });
}

export function forgetOpenDisk(guardKey: string): void {
  rmSync(fileOf(guardKey), { force: true });
}

const FILE_NAME = /^open-[0-9a-f]{16}\.json$/;

function fileOf(guardKey: string): string {
  const hash = createHash("sha256").update(guardKey).digest("hex").slice(0, 16);
  return join(defaultRuntimeDirectory(), `open-${hash}.json`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
