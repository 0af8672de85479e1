import { canMatch, hasDay, hasHour } from "./bands.ts";
import { INTERVAL_FORM, parseInterval } from "./interval.ts";
import { lintBand } from "./lint-band.ts";
import { remembered } from "./remembered.ts";

/** Something in the timer_args that will not do what it seems to say. */
export interface TimerProblem {
  /** Of the argument that it is about. */
  index: number;
  /** What happens instead and, after a semicolon, what to write. */
  message: string;
  /** Nothing can be decided with it. */
  fatal: boolean;
}

/** Looks over BURP's timer_args: the first is the interval, every other one a time band. */
export function lintTimerArgs(args: readonly string[]): readonly TimerProblem[] {
  return lintText(JSON.stringify(args));
}

const lintText = remembered((text) => lint(JSON.parse(text)));

function lint(args: readonly string[]): TimerProblem[] {
  const [interval, ...bands] = args;
  const dayOnly = bands.find((band) => hasDay(band) && !hasHour(band));
  const hourOnly = bands.find((band) => hasHour(band) && !hasDay(band));
  const isSplit = dayOnly !== undefined && hourOnly !== undefined;
  const split = `"${dayOnly}" and "${hourOnly}" do not combine; write one argument: "${dayOnly},${hourOnly}"`;
  return [
    ...lintInterval(interval),
    ...(bands.length === 0
      ? [warning(0, 'no time band follows the interval, so no timed run is ever due; add "always", or "Mon,Tue,22,23"')]
      : []),
    ...(isSplit ? [warning(args.indexOf(dayOnly, 1), split)] : []),
    ...bands.flatMap((band, index) => {
      const isHalf = isSplit && (hasDay(band) || hasHour(band));
      return lintBand(band, isHalf).map((message) => warning(index + 1, message));
    }),
  ];
}

function warning(index: number, message: string): TimerProblem {
  return { index, message, fatal: false };
}

function lintInterval(text: string | undefined): TimerProblem[] {
  const interval = parseInterval(text ?? "");
  if (text === undefined || interval === undefined) {
    const message =
      text === undefined
        ? `there is no interval; the first argument must be ${INTERVAL_FORM}`
        : canMatch(text)
          ? `"${text}" stands where the interval belongs; put one in front of it, such as "20h"`
          : `"${text}" is not an interval; write ${INTERVAL_FORM}`;
    return [{ index: 0, message, fatal: true }];
  }
  const counted = text.slice(0, text.length - interval.rest.length);
  return interval.rest === ""
    ? []
    : [warning(0, `"${text}" counts as ${counted}; write ${fixInterval(text) ?? `"${counted}"`}`)];
}

/** "1h30m" is 90m: the sum in the smallest unit that was named. */
function fixInterval(text: string): string | undefined {
  const parts = [...text.matchAll(/(\d+)([smhdwn])/g)];
  const unit = parts.at(-1)?.[2] ?? "";
  const unitSeconds = parseInterval(`1${unit}`)?.seconds ?? 1;
  const sum = parts.reduce((seconds, [part]) => seconds + (parseInterval(part)?.seconds ?? 0), 0) / unitSeconds;
  return parts.map(([part]) => part).join("") === text && Number.isInteger(sum) ? `"${sum}${unit}"` : undefined;
}
