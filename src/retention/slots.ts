import type { Frequency, KeepCount } from "./scheme.ts";
import type { SnapshotTime } from "./timestamp.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** 1970 began on a Thursday, three days into its ISO week. */
const WEEK_BEGINS_MS = 3 * DAY_MS;

/**
 * The slot of a frequency that a time falls into, by the clock on the wall; weeks are ISO weeks. Minutes and hours that
 * come twice when clocks are put back are two slots.
 */
export function slotOf(frequency: Frequency, { instant, naive }: SnapshotTime): string | number {
  switch (frequency) {
    case "minutely":
      return `${Math.floor(naive / MINUTE_MS)} ${naive - instant}`;
    case "hourly":
      return `${Math.floor(naive / HOUR_MS)} ${naive - instant}`;
    case "daily":
      return Math.floor(naive / DAY_MS);
    case "weekly":
      return Math.floor((naive + WEEK_BEGINS_MS) / (7 * DAY_MS));
    case "monthly":
      return new Date(naive).getUTCFullYear() * 12 + new Date(naive).getUTCMonth();
    case "yearly":
      return new Date(naive).getUTCFullYear();
  }
}

/**
 * Says whether a time lies within `count` units before a reference, the limit itself included. Minutes and hours are
 * elapsed time, the others calendar units; a month before March 31 is the last day of February.
 */
export function windowBefore(
  reference: SnapshotTime,
  frequency: Frequency,
  count: KeepCount,
): (time: SnapshotTime) => boolean {
  if (count === "always") {
    return () => true;
  }
  if (frequency === "minutely" || frequency === "hourly") {
    const limit = reference.instant - count * (frequency === "hourly" ? HOUR_MS : MINUTE_MS);
    return (time) => time.instant >= limit;
  }
  const limit = calendarLimit(reference.naive, frequency, count);
  return (time) => time.naive >= limit;
}

function calendarLimit(naive: number, frequency: "daily" | "weekly" | "monthly" | "yearly", count: number): number {
  switch (frequency) {
    case "daily":
      return naive - count * DAY_MS;
    case "weekly":
      return naive - count * 7 * DAY_MS;
    case "monthly":
      return monthsBefore(naive, count);
    case "yearly":
      return monthsBefore(naive, count * 12);
  }
}

function monthsBefore(naive: number, months: number): number {
  const date = new Date(naive);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() - months, 1);
  const lastDay = new Date(date).setUTCMonth(date.getUTCMonth() + 1, 0);
  date.setUTCDate(Math.min(day, new Date(lastDay).getUTCDate()));
  return Number.isNaN(date.getTime()) ? Number.NEGATIVE_INFINITY : date.getTime();
}
