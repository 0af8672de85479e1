import { matchingBand, nextInBand } from "./bands.ts";
import { INTERVAL_FORM, type Interval, parseInterval } from "./interval.ts";
import { formatLocalTime } from "./local-time.ts";

export interface ScheduleRequest {
  /** Milliseconds since 1970. */
  now: number;
  /** When the newest successful backup began, in milliseconds since 1970; null when there is none. */
  lastStart: number | null;
  /** BURP's timer_arg lines, in order: the interval first, then the bands. */
  timerArgs: readonly string[];
  /** Whether someone asked for a backup by the flag file. */
  flagFile: boolean;
  /** Whether the schedule is to be ignored. */
  force: boolean;
  /** Whether the clock is known to have been set by days since the newest backup. */
  clockJumped?: boolean;
}

export interface ScheduleDecision {
  decision: "backup" | "skip" | "error";
  rule: "flag" | "force" | "band" | "never-backed-up" | "clock" | "interval" | "bad-interval";
  /** One sentence with the times that led to the decision. */
  reason: string;
  /** For a skip: when a backup will be due, ISO 8601 in UTC; null when that can never be. */
  next: string | null;
}

/**
 * Is it time for a backup? The rules of BURP's timer, the first that applies: flag file, force, outside of every band,
 * never backed up, the clock was set by days, interval not yet over. Bands go by the process's local time, intervals by
 * seconds that passed.
 */
export function decide(request: ScheduleRequest): ScheduleDecision {
  const { now, lastStart } = request;
  const [intervalText = "", ...bands] = request.timerArgs;
  if (request.flagFile) {
    return backup("flag", "the flag file asks for a backup, whatever the bands and the interval say");
  }
  if (request.force) {
    return backup("force", "the backup is forced, whatever the bands and the interval say");
  }
  const interval = parseInterval(intervalText);
  const band = matchingBand(bands, now);
  if (band === undefined) {
    const next = nextInBand(bands, earliestStart(now, lastStart, interval));
    return skip("band", whyOutOfBand(now, bands), next);
  }
  if (lastStart === null) {
    return backup("never-backed-up", `there is no backup yet, and ${formatLocalTime(now)} is in band "${band}"`);
  }
  if (interval === undefined) {
    const reason = `the interval "${intervalText}" cannot be read: it must be ${INTERVAL_FORM}`;
    return { decision: "error", rule: "bad-interval", reason, next: null };
  }
  if (request.clockJumped === true) {
    const why = "the clock was set by days since the last backup, so that the interval says nothing";
    return backup("clock", `${why}, and ${formatLocalTime(now)} is in band "${band}"`);
  }
  const earliest = firstInstantAfter(lastStart, interval);
  const last = `the last backup began at ${formatLocalTime(lastStart)}`;
  if (now < earliest) {
    const warning = lastStart > now ? ", which is in the future" : "";
    return skip("interval", `${last}${warning}, not more than ${intervalText} ago`, nextInBand(bands, earliest));
  }
  return backup("interval", `${last}, more than ${intervalText} ago, and ${formatLocalTime(now)} is in band "${band}"`);
}

/** From when on only the bands decide; never, when the interval that must be asked cannot be read. */
function earliestStart(now: number, lastStart: number | null, interval: Interval | undefined): number {
  if (lastStart === null) {
    return now;
  }
  return interval === undefined ? Number.POSITIVE_INFINITY : Math.max(now, firstInstantAfter(lastStart, interval));
}

/** Whole seconds count, and exactly the interval is not enough: 0s still waits for the next second. */
function firstInstantAfter(lastStart: number, interval: Interval): number {
  return (Math.floor(lastStart / 1000) + interval.seconds + 1) * 1000;
}

function whyOutOfBand(now: number, bands: readonly string[]): string {
  const why = bands.length === 0 ? "there is no band" : "this is outside of every band";
  return `no backup may begin at ${formatLocalTime(now)}, because ${why}`;
}

function backup(rule: ScheduleDecision["rule"], reason: string): ScheduleDecision {
  return { decision: "backup", rule, reason, next: null };
}

function skip(rule: ScheduleDecision["rule"], reason: string, next: number | null): ScheduleDecision {
  if (next === null) {
    return { decision: "skip", rule, reason: `${reason}; no backup will ever be due`, next: null };
  }
  const text = `${reason}; the next may begin at ${formatLocalTime(next)}`;
  return { decision: "skip", rule, reason: text, next: new Date(next).toISOString() };
}
