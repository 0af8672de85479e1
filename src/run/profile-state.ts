import { join } from "node:path";
import type { Wait } from "../conditions/rules.ts";
import { WaitingError } from "../conditions/waiting-error.ts";
import { describeError } from "../errors/describe.ts";
import { MissingBackupDiskError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { type ClockJump, type ClockMemory, type ClockReading, memoryOf } from "../schedule/clock.ts";
import { readJson, writeJson } from "../store/files.ts";
import type { RunReport } from "./execute.ts";
import { noteNewestBackup } from "./newest-backup.ts";
import { readClock } from "./read-clock.ts";
import { ensureStateFolder, profileStateFolder } from "./state-folder.ts";

/** What this machine remembers of a profile's runs. Times are ISO 8601 in UTC, those of the clock in ms since 1970. */
export interface ProfileState {
  lastRun?: { started: string; finished: string; exitCode: ExitCode; error?: string; snapshot?: string };
  /** The newest run that made a backup, complete or not: the schedule's interval counts from its start. */
  lastSuccess?: { started: string; snapshot?: string };
  /** The newest run after which everything was in a complete snapshot. */
  lastComplete?: { started: string; snapshot?: string };
  lastSkip?: Skip;
  clock?: ClockMemory;
  clockJump?: ClockJump;
}

/** A run that did not take place. */
export interface Skip {
  when: string;
  reason: string;
  /** What made a run wait that was due; absent when it was not due, or a callback cancelled it. */
  condition?: Wait["condition"] | "disk";
}

const FILE = "state.json";

/** What is remembered; nothing when the profile has never run here, or the file is damaged (the next run mends it). */
export function readProfileState(profile: string): ProfileState {
  try {
    return (readJson(join(profileStateFolder(profile), FILE)) ?? {}) as ProfileState;
  } catch {
    return {};
  }
}

/** Remembers how the clock stands, and the jump that it made, if that still matters. */
export function rememberClock(profile: string, reading: ClockReading, jump: ClockJump | undefined): void {
  const { clockJump: _, ...state } = readProfileState(profile);
  writeState(profile, { ...state, clock: memoryOf(reading), ...(jump === undefined ? {} : { clockJump: jump }) });
}

/** Remembers how a run ended. A skip is no run. @param path of the snapshot, where that is on this machine. */
export function rememberRun(profile: string, report: RunReport, path?: string): void {
  const state = readProfileState(profile);
  const { exitCode, startedAt, finishedAt, snapshot, record, error } = report;
  const message = error === undefined ? {} : { error: describeError(error) };
  if (exitCode === EXIT.skipped) {
    state.lastSkip = { when: finishedAt.toISOString(), reason: message.error ?? "", ...conditionOf(error) };
  } else {
    const named = snapshot === undefined ? {} : { snapshot };
    const started = startedAt.toISOString();
    state.lastRun = { started, finished: finishedAt.toISOString(), exitCode, ...message, ...named };
    if (exitCode === EXIT.done || exitCode === EXIT.incomplete || snapshot !== undefined) {
      state.lastSuccess = { started, ...named };
      if (state.clockJump !== undefined) {
        state.clockJump.owesBackup = false;
      }
      noteNewestBackup(profile, startedAt, path);
    }
    if (exitCode === EXIT.done && (record === undefined || record.state === "complete")) {
      state.lastComplete = { started, ...named };
    }
  }
  if (state.clock !== undefined) {
    const { nowMs, uptimeMs } = readClock();
    Object.assign(state.clock, { seenMs: nowMs, uptimeMs });
  }
  writeState(profile, state);
}

function writeState(profile: string, state: ProfileState): void {
  writeJson(join(ensureStateFolder("profiles", profile), FILE), state);
}

/** What has kept a profile from its backup since its last run, if something has. */
export function skipSinceLastRun({ lastRun, lastSkip }: ProfileState): Skip | undefined {
  return lastSkip === undefined || lastSkip.when < (lastRun?.finished ?? "") ? undefined : lastSkip;
}

function conditionOf(error: unknown): Pick<Skip, "condition"> {
  if (error instanceof WaitingError) {
    return { condition: error.condition };
  }
  return error instanceof MissingBackupDiskError ? { condition: "disk" } : {};
}
