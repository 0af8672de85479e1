const SECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  n: 30 * 86_400,
};

/** What an interval looks like, for messages. */
export const INTERVAL_FORM = 'a whole number and one of s, m, h, d, w, n (30 days), as in "20h"';

export interface Interval {
  seconds: number;
  /** What follows the unit, which BURP ignores: "1h30m" is one hour. */
  rest: string;
}

/** Reads the first timer_arg as BURP's own timer does; undefined when it is no interval, or below zero. */
export function parseInterval(text: string): Interval | undefined {
  const match = /^\s*([+-]?\d+)([smhdwn])(.*)$/s.exec(text);
  const [, count = "", unit = "", rest = ""] = match ?? [];
  const perUnit = SECONDS_PER_UNIT[unit];
  const seconds = perUnit === undefined ? -1 : Number(count) * perUnit;
  return seconds < 0 ? undefined : { seconds: Math.abs(seconds), rest };
}
