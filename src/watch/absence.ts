import { nextInBand } from "../schedule/bands.ts";
import { parseInterval } from "../schedule/interval.ts";

const LEAST_PATIENCE_MS = 2 * 86_400_000;

/** What decides how long a profile may be without a complete snapshot. */
export interface Patience {
  /** In seconds; undefined for what the schedule suggests. */
  configured: number | "never" | undefined;
  timerArgs: readonly string[];
  /** A timer script makes of its arguments what it likes, so that the bands say nothing. */
  hasTimerScript: boolean;
}

/**
 * When silence that began at `from` becomes an absence (both in ms since 1970): after twice the interval, but a whole
 * interval after the bands let a backup begin, and never within two days. Infinity for never.
 */
export function absentFrom({ configured, timerArgs, hasTimerScript }: Patience, from: number): number {
  if (configured !== undefined) {
    return configured === "never" ? Number.POSITIVE_INFINITY : from + configured * 1000;
  }
  const [text = "", ...bands] = timerArgs;
  const intervalMs = (parseInterval(text)?.seconds ?? 0) * 1000;
  const over = from + intervalMs;
  const due = hasTimerScript ? over : (nextInBand(bands, over) ?? over);
  return Math.max(from + LEAST_PATIENCE_MS, due + intervalMs);
}

export interface AbsenceFacts {
  /** Ms since 1970, as all times here. */
  now: number;
  /** The start of the newest complete snapshot; undefined when there is none. */
  last: number | undefined;
  /** Since when the profile is watched: what never had a snapshot is missed from then on. */
  watchedSince: number;
  /** Whether people have been told that it is absent. */
  isStanding: boolean;
  patience: Patience;
}

/** What people must be told: "alarm" and "recovered" once each. */
export type AbsenceVerdict = "well" | "alarm" | "standing" | "recovered";

export function judgeAbsence({ now, last, watchedSince, isStanding, patience }: AbsenceFacts): AbsenceVerdict {
  const isAbsent = now > absentFrom(patience, last ?? watchedSince);
  if (isAbsent) {
    return isStanding ? "standing" : "alarm";
  }
  return isStanding ? "recovered" : "well";
}
