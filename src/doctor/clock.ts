import type { Finding } from "./finding.ts";

export interface ClockFacts {
  /** Ms since 1970, as all times here. */
  now: number;
  /** Whether a time server sets the clock; undefined where nobody can tell. */
  isSynchronized: boolean | undefined;
  /** The start of the newest backup that this machine or one of its stores knows. */
  newestBackup: number | undefined;
}

/** When this version was written: no sound clock is before it. */
const WRITTEN = Date.UTC(2026, 10, 23);
const TOLERANCE_MS = 10 * 60_000;
const HINT = "set the clock: timedatectl set-ntp true";

/** Names, ages and schedules all come from the clock. */
export function judgeClock({ now, isSynchronized, newestBackup }: ClockFacts): Finding {
  const time = new Date(now).toISOString();
  if (now < WRITTEN) {
    return { check: "clock", level: "problem", text: `the clock says ${time}, before bakup was written`, hint: HINT };
  }
  if (newestBackup !== undefined && newestBackup > now + TOLERANCE_MS) {
    const text = `the newest backup is of ${new Date(newestBackup).toISOString()}, and the clock says ${time}`;
    const hint = `${HINT}; if it is right now, that backup was made with a wrong one and stands in the way of the schedule`;
    return { check: "clock", level: "problem", text, hint };
  }
  return isSynchronized === false
    ? { check: "clock", level: "advice", text: "no time server sets the clock", hint: HINT }
    : { check: "clock", level: "fine", text: `the clock says ${time}` };
}
