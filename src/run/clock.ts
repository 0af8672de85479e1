import { describeError } from "../errors/describe.ts";
import { localTime } from "../lock/local-time.ts";
import {
  bootedMs,
  type ClockJump,
  type ClockMemory,
  type ClockReading,
  heldUntil,
  isRotationHeld,
  judgeClock,
} from "../schedule/clock.ts";
import { formatDuration } from "../units/duration.ts";
import { type ClockNotes, readClockNotes, rememberClockOf } from "./clock-memory.ts";
import type { RunContext } from "./context.ts";
import { readClock } from "./read-clock.ts";

/** The clock may be corrected by this much without being written down anew. */
const DRIFT_MS = 60_000;

export const CLOCK_HINT = "see whether it is right now: timedatectl";

/** The clock's jump that still matters. */
export function judgeProfileClock(
  { clock, clockJump, lastSuccess }: ClockNotes,
  reading: ClockReading,
): ReturnType<typeof judgeClock> {
  const lastStartMs = lastSuccess === undefined ? undefined : Date.parse(lastSuccess.started);
  return judgeClock({ reading, memory: clock, jump: clockJump, lastStartMs });
}

/**
 * The step of a run that looks at the clock: when it was set by more than a day, that is told once, and for a
 * day nothing is rotated. What a wrong clock would remove cannot be had back.
 */
export async function watchClock(context: RunContext): Promise<void> {
  const { job, journal } = context;
  if (job.watchesClock === undefined) {
    return;
  }
  const state = readClockNotes(job);
  const reading = readClock();
  const { jump, isNew } = judgeProfileClock(state, reading);
  if (isNew || hasMoved(state.clock, reading)) {
    remember(context, reading, jump);
  }
  if (jump === undefined) {
    return;
  }
  if (isNew) {
    context.warnings += 1;
    const { direction, seconds } = movementOf(jump);
    journal.event("clockJumped", { direction, seconds, until: endOfHold(jump), hint: CLOCK_HINT });
  }
  if (isRotationHeld(jump, reading.nowMs)) {
    context.clockJump = jump;
  }
}

/** No backup fails because nothing can be remembered. */
function remember({ job, journal }: RunContext, reading: ClockReading, jump: ClockJump | undefined): void {
  try {
    rememberClockOf(job, reading, jump);
  } catch (error) {
    journal.event("warning", { text: `cannot remember how the clock stands: ${describeError(error)}` });
  }
}

/** Whether this run must leave old snapshots alone, which is told. */
export function isRotationPostponed({ clockJump, journal }: RunContext): boolean {
  if (clockJump !== undefined) {
    journal.event("rotationPostponed", { reason: describeJump(clockJump), until: endOfHold(clockJump) });
  }
  return clockJump !== undefined;
}

/** For people: "the clock was set back by 10 days". */
export function describeJump(jump: ClockJump): string {
  const { direction, seconds } = movementOf(jump);
  return `the clock was set ${direction} by ${formatDuration(seconds)}`;
}

/** For people: until when nothing is rotated. */
export function endOfHold(jump: ClockJump): string {
  return localTime(new Date(heldUntil(jump)));
}

function movementOf({ bySeconds }: ClockJump): { direction: "back" | "forward"; seconds: number } {
  return { direction: bySeconds < 0 ? "back" : "forward", seconds: Math.abs(bySeconds) };
}

/** Whether what was written down of the clock is of another start of the machine, or not what it shows any more. */
function hasMoved(memory: ClockMemory | undefined, reading: ClockReading): boolean {
  return memory?.bootId !== reading.bootId || Math.abs(memory.bootedMs - bootedMs(reading)) > DRIFT_MS;
}
