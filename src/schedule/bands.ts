export const DAYS: readonly string[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const QUARTER_HOUR_MS = 900_000;
const WEEK_MS = 7 * 86_400_000;

/** Longest wait for an hour of the week: clocks that are put forward may leave it out once. */
const HORIZON_MS = 2 * WEEK_MS + QUARTER_HOUR_MS;

/** A set of hours of the week, by the process's local time. */
export type BandHours = (day: number, hour: number) => boolean;

/**
 * Reads a band as BURP's own timer does: it matches an hour when its text holds, anywhere and in any order, the day's
 * three letters in any case and the hour's two digits. "always" matches at any time.
 */
export function bandHours(band: string): BandHours {
  const text = band.toLowerCase();
  if (text === "always") {
    return () => true;
  }
  const days = DAYS.map((day) => text.includes(day));
  const hours = Array.from({ length: 24 }, (_, hour) => text.includes(twoDigits(hour)));
  return (day, hour) => days[day] === true && hours[hour] === true;
}

export function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

/** The first of the bands that holds an instant (milliseconds since 1970), if one does. */
export function matchingBand(bands: readonly string[], instant: number): string | undefined {
  const local = new Date(instant);
  return bands.find((band) => bandHours(band)(local.getDay(), local.getHours()));
}

/** Whether a band holds any hour of the week at all. */
export function canMatch(band: string): boolean {
  const isIn = bandHours(band);
  return DAYS.some((_, day) => Array.from({ length: 24 }, (_, hour) => hour).some((hour) => isIn(day, hour)));
}

/** Whether a band names a day, whatever its hours. */
export function hasDay(band: string): boolean {
  return canMatch(`${band},00`);
}

/** Whether a band names an hour, whatever its days. */
export function hasHour(band: string): boolean {
  return canMatch(`mon,${band}`);
}

/**
 * The first instant from `from` on (milliseconds since 1970) that a band holds; null when there is none, or `from` is beyond what a
 * Date can hold. Local hours
 * begin, and clocks change, on quarters of an hour of UTC in every zone of today, so only those need to be asked.
 */
export function nextInBand(bands: readonly string[], from: number): number | null {
  const open = bands.filter(canMatch).map(bandHours);
  const isInstant = !Number.isNaN(new Date(from).getTime());
  if (open.length === 0 || !isInstant) {
    return null;
  }
  for (let instant = from; instant <= from + HORIZON_MS; instant = nextQuarter(instant)) {
    const local = new Date(instant);
    if (open.some((isIn) => isIn(local.getDay(), local.getHours()))) {
      return instant;
    }
  }
  return null;
}

function nextQuarter(instant: number): number {
  return (Math.floor(instant / QUARTER_HOUR_MS) + 1) * QUARTER_HOUR_MS;
}
