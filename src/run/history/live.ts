import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, type ProcessIdentity, thisProcess } from "../../lock/machine.ts";
import { defaultRuntimeDirectory, ensureRuntimeDirectory } from "../../lock/runtime-directory.ts";
import { stateFolder } from "../state-folder.ts";

const OWNER_DIGITS = 16;

/** What a run that works now is doing. */
export interface LiveRun {
  run: string;
  profile: string;
  /** ISO 8601 in UTC. */
  started: string;
  step: string;
  stepStarted: string;
  progress?: {
    bytes: number;
    files: number;
    totalBytes?: number;
    totalFiles?: number;
    bytesPerSecond: number;
    secondsLeft?: number;
  };
}

type LiveFile = LiveRun & { process: Pick<ProcessIdentity, "pid" | "bootId" | "ticks"> };

/** Lets others see what a run is doing. Nothing here is worth a failure: the file is for looking at only. */
export function showLiveRun(live: LiveRun): void {
  try {
    const folder = liveFolder();
    ensureRuntimeDirectory(defaultRuntimeDirectory());
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { pid, bootId, ticks } = thisProcess();
    const file: LiveFile = { ...live, process: { pid, bootId, ticks } };
    const temporary = join(folder, `.${live.profile}.${pid}`);
    writeFileSync(temporary, JSON.stringify(file), { mode: 0o600 });
    renameSync(temporary, liveFile(live.profile));
  } catch {
    // Nobody can see it then.
  }
}

/** Takes it away again at the end. */
export function hideLiveRun(profile: string): void {
  rmSync(liveFile(profile), { force: true });
}

/** The run of a profile that works now, if there is one. What a killed run has left does not count. */
export function readLiveRun(profile: string): LiveRun | undefined {
  try {
    const { process, ...live }: LiveFile = JSON.parse(readFileSync(liveFile(profile), "utf8"));
    return isAlive(process) ? live : undefined;
  } catch {
    return undefined;
  }
}

function liveFolder(): string {
  return join(defaultRuntimeDirectory(), "live");
}

/** Profiles of one name are told apart by what remembers them. */
function liveFile(profile: string): string {
  const owner = createHash("sha256").update(stateFolder()).digest("hex").slice(0, OWNER_DIGITS);
  return join(liveFolder(), `${profile}.${owner}.json`);
}
