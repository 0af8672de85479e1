import type { ClockJump, ClockMemory, ClockReading } from "../schedule/clock.ts";
import { memoryOf } from "../schedule/clock.ts";
import { readJson } from "../store/files.ts";
import { guardKeyOf } from "./guard-key.ts";
import type { Job } from "./job.ts";
import { type ProfileState, readProfileState, rememberClock } from "./profile-state.ts";
import { stateFileOf, writeStateFile } from "./state-file.ts";

/** What is remembered between runs of how the clock stood. */
export type ClockNotes = Pick<ProfileState, "clock" | "clockJump" | "lastSuccess">;

const FOLDER = "clocks";

/** What the runs of a job's profile, or to its destination, have left; nothing when that is damaged. */
export function readClockNotes(job: Pick<Job, "profile" | "destination" | "watchesClock">): ClockNotes {
  if (job.watchesClock === "profile") {
    return readProfileState(job.profile.name);
  }
  try {
    return readJson(stateFileOf(FOLDER, guardKeyOf(job))) ?? {};
  } catch {
    return {};
  }
}

/** Remembers how the clock stands, and the jump that it made. Without a schedule no jump asks for a backup. */
export function rememberClockOf(job: Job, reading: ClockReading, jump: ClockJump | undefined): void {
  if (job.watchesClock === "profile") {
    rememberClock(job.profile.name, reading, jump);
    return;
  }
  const clock: ClockMemory = memoryOf(reading);
  const notes = jump === undefined ? { clock } : { clock, clockJump: { ...jump, owesBackup: false } };
  writeStateFile(FOLDER, guardKeyOf(job), notes);
}
