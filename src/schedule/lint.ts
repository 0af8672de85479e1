import { canMatch, DAYS, twoDigits } from "./bands.ts";
import { INTERVAL_FORM, parseInterval } from "./interval.ts";

/** What in the timer_args will not do what it seems to say, each with what to write instead. */
export function lintTimerArgs(args: readonly string[]): string[] {
  const [interval, ...bands] = args;
  const dayOnly = bands.find((band) => hasDay(band) && !hasHour(band));
  const hourOnly = bands.find((band) => hasHour(band) && !hasDay(band));
  return [
    ...lintInterval(interval),
    ...(bands.length === 0
      ? ['there is no band, so no backup is ever due; add one: "always", or "Mon,Tue,22,23"']
      : []),
    ...(dayOnly !== undefined && hourOnly !== undefined
      ? [`"${dayOnly}" and "${hourOnly}" do not combine; write one argument: "${dayOnly},${hourOnly}"`]
      : []),
    ...bands.flatMap((band) => lintBand(band, dayOnly !== undefined && hourOnly !== undefined)),
  ];
}

function lintInterval(text: string | undefined): string[] {
  if (text === undefined) {
    return [`there is no interval; the first argument must be ${INTERVAL_FORM}`];
  }
  const interval = parseInterval(text);
  if (interval === undefined) {
    return canMatch(text)
      ? [`"${text}" stands where the interval belongs; put one in front of it, such as "20h"`]
      : [`"${text}" is not an interval; write ${INTERVAL_FORM}`];
  }
  const counted = text.slice(0, text.length - interval.rest.length);
  return interval.rest === "" ? [] : [`"${text}" counts as ${counted}; write ${fixInterval(text) ?? `"${counted}"`}`];
}

/** "1h30m" is 90m: the sum in the smallest unit that was named. */
function fixInterval(text: string): string | undefined {
  const parts = [...text.matchAll(/(\d+)([smhdwn])/g)];
  const unit = parts.at(-1)?.[2] ?? "";
  const unitSeconds = parseInterval(`1${unit}`)?.seconds ?? 1;
  const sum = parts.reduce((seconds, [part]) => seconds + (parseInterval(part)?.seconds ?? 0), 0) / unitSeconds;
  return parts.map(([part]) => part).join("") === text && Number.isInteger(sum) ? `"${sum}${unit}"` : undefined;
}

function lintBand(band: string, isSplit: boolean): string[] {
  const complaints = [...lintSingleDigits(band), ...lintHourRanges(band), ...lintDayRanges(band)];
  if (canMatch(band) || complaints.length > 0) {
    return complaints;
  }
  if (/always/i.test(band)) {
    return [`"${band}" never matches: "always" must stand alone; write "always"`];
  }
  if (!hasDay(band) && !hasHour(band)) {
    return [`"${band}" never matches; write days and hours, as in "Mon,Tue,22,23", or "always"`];
  }
  if (isSplit) {
    return [];
  }
  return hasDay(band)
    ? [`"${band}" never matches: it has no hour from 00 to 23; add the hours, as in "${band},22,23"`]
    : [`"${band}" never matches: it has no day; add the days, as in "Mon,Tue,${band}"`];
}

function lintSingleDigits(band: string): string[] {
  const digits = band.match(/(?<!\d)\d(?!\d)/g) ?? [];
  return digits.length === 0
    ? []
    : [`"${band}" does not mean the hour ${digits.join(", ")}; write ${digits.map((digit) => `0${digit}`).join(", ")}`];
}

function lintHourRanges(band: string): string[] {
  return [...band.matchAll(/(?<!\d)(\d{1,2})\s*-\s*(\d{1,2})(?!\d)/g)].map(([range, first, last]) => {
    const hours = listBetween(Number(first) % 24, Number(last) % 24, 24).map(twoDigits);
    return `"${band}" is not read as a range of hours ${range}; write ${hours.join(",")}`;
  });
}

function lintDayRanges(band: string): string[] {
  return [...band.matchAll(/\b([a-z]{3})[a-z]*\s*-\s*([a-z]{3})[a-z]*/gi)].flatMap(([range, first = "", last = ""]) => {
    const [from, to] = [first, last].map((day) => DAYS.indexOf(day.toLowerCase()));
    if (from === undefined || to === undefined || from < 0 || to < 0) {
      return [];
    }
    const days = listBetween(from, to, 7).map((day) => capitalised(DAYS[day] ?? ""));
    return [`"${band}" is not read as a range of days ${range}; write ${days.join(",")}`];
  });
}

/** From one to the other, both included, going on at 0 after the last. */
function listBetween(from: number, to: number, size: number): number[] {
  return Array.from({ length: ((to - from + size) % size) + 1 }, (_, step) => (from + step) % size);
}

function capitalised(day: string): string {
  return day.charAt(0).toUpperCase() + day.slice(1);
}

function hasDay(band: string): boolean {
  return canMatch(`${band},00`);
}

function hasHour(band: string): boolean {
  return canMatch(`mon,${band}`);
}
