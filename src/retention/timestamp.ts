/** When a snapshot was made. */
export interface SnapshotTime {
  /** Milliseconds since 1970, UTC. */
  instant: number;
  /** What a clock on the wall showed, as milliseconds since 1970 if that clock were UTC. */
  naive: number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Names that bakup gives: UTC, so there is no doubt about the instant. */
const OWN_NAME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d)-(\d\d)-(\d\d)Z$/;

/** A date, and a time that needs hour and minute, anywhere in a name; one other character may stand between parts. */
const ANY_NAME =
  /(\p{Nd}{4})\P{Nd}?(\p{Nd}{2})\P{Nd}?(\p{Nd}{2})\P{Nd}?(?:(\p{Nd}{2})\P{Nd}?(\p{Nd}{2})\P{Nd}?(\p{Nd}{2})?)?/u;

/**
 * The time in a snapshot's name, or undefined when there is none. Names of bakup's own form are UTC; in all others the
 * first date is local time, found as rotate-backups finds it, and a date that does not exist makes the name no
 * snapshot's. The zone is that of the process.
 */
export function timestampOf(name: string): SnapshotTime | undefined {
  const own = OWN_NAME.exec(name);
  const fields = readFields(own ?? ANY_NAME.exec(name));
  if (fields === undefined) {
    return undefined;
  }
  return own === null ? { instant: instantOfLocal(fields), naive: fields } : timeOfInstant(fields);
}

/** The same for an instant that is known, such as that of a commit record. */
export function timeOfInstant(instant: number): SnapshotTime {
  return { instant, naive: instant - new Date(instant).getTimezoneOffset() * MINUTE_MS };
}

function readFields(match: RegExpExecArray | null): number | undefined {
  if (match === null) {
    return undefined;
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(toNumber);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const exists = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24;
  return exists && minute < 60 && second < 60 ? date.getTime() : undefined;
}

function toNumber(digits: string | undefined): number {
  const plain = (digits ?? "").replace(/[^0-9]/gu, decimalValue);
  return Number(plain);
}

/** The value of a digit of another script: Unicode keeps the ten digits of a script together, in order. */
function decimalValue(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) {
    before += 1;
  }
  return String(before % 10);
}

/**
 * Where clocks are put back a time comes twice, and where they are put forward it is left out. Both have a reading by
 * the offset before the change and one by the offset after it; the later instant keeps a snapshot longer.
 */
function instantOfLocal(naive: number): number {
  const readings = [naive - DAY_MS, naive + DAY_MS].map(
    (nearby) => naive + new Date(nearby).getTimezoneOffset() * MINUTE_MS,
  );
  const real = readings.filter((instant) => timeOfInstant(instant).naive === naive);
  return Math.max(...(real.length > 0 ? real : readings));
}
