/** Something about the timer arguments that is wrong, or (not fatal) hardly what was meant. */
export interface TimerProblem {
  /** Of the argument. */
  index: number;
  message: string;
  fatal: boolean;
}

const WEEKDAY = /mon|tue|wed|thu|fri|sat|sun/i;
const HOUR = /[01][0-9]|2[0-3]/;

/** Looks over BURP's timer arguments: the first is the interval, every other one is a time band. */
export function findTimerProblems(args: readonly string[]): TimerProblem[] {
  const [interval = "", ...bands] = args;
  const problems = findIntervalProblems(interval).concat(
    bands.flatMap((band, index) =>
      findBandProblems(band).map((message) => ({ index: index + 1, message, fatal: false })),
    ),
  );
  if (bands.length === 0) {
    const message = "no time band follows the interval, so a timed run is never due; add timer_arg[] = always";
    problems.push({ index: 0, message, fatal: false });
  }
  return problems;
}

function findIntervalProblems(interval: string): TimerProblem[] {
  const match = /^\+?[0-9]+[smhdwn](.*)$/.exec(interval);
  if (match === null) {
    const message = `the first timer_arg[] must be an interval such as 20h (units s m h d w n), not "${interval}"`;
    return [{ index: 0, message, fatal: true }];
  }
  const rest = match[1] ?? "";
  return rest === "" ? [] : [{ index: 0, message: `"${rest}" after the interval's unit has no meaning`, fatal: false }];
}

function findBandProblems(band: string): string[] {
  if (band.toLowerCase() === "always") {
    return [];
  }
  if (/[0-9a-z]-[0-9a-z]/i.test(band)) {
    return [`the band "${band}" holds a range, which is not understood; list every day and hour`];
  }
  const problems: string[] = [];
  if (!WEEKDAY.test(band)) {
    problems.push(`the band "${band}" names no weekday (Mon … Sun), so it never matches`);
  }
  if (!HOUR.test(band)) {
    problems.push(`the band "${band}" names no hour (00 … 23, two digits), so it never matches`);
  }
  return problems;
}
