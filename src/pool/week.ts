import { type Day, weekStart } from "./calendar.ts";
import type { Weekday } from "./config/value-types.ts";

/**
 * Whether something is to be done in full today: when it is asked for, on the starting day, and also on a later day
 * when the week has had none, because the machine was off on the starting day. Where nothing is remembered, only the
 * calendar counts, as in Cedar Backup. Pure.
 */
export function isFullDay(
  today: Day,
  options: { startingDay: Weekday; full: boolean; lastFull: Day | undefined },
): boolean {
  const start = weekStart(today, options.startingDay);
  return options.full || today === start || (options.lastFull !== undefined && options.lastFull < start);
}

/** What to remember after a run: the day of the newest full one; the week's start stands for one that is not known. */
export function rememberFull(
  today: Day,
  options: { startingDay: Weekday; wasFull: boolean; lastFull: Day | undefined },
): Day {
  return options.wasFull ? today : (options.lastFull ?? weekStart(today, options.startingDay));
}
