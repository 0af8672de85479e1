import { remembered } from "./remembered.ts";

export const DAYS: readonly string[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** The hours of a day, as bands name them. */
export const HOURS: readonly string[] = Array.from({ length: 24 }, (_, hour) => twoDigits(hour));

const QUARTER_HOUR_MS = 900_000;
const WEEK_MS = 7 * 86_400_000;

/** Longest wait for an hour of the week: clocks that are put forward may leave it out once. */
const HORIZON_MS = 2 * WEEK_MS + QUARTER_HOUR_MS;

/** What a band's text names. */
interface Band {
  always: boolean;
  /** By Date's numbers of days, and by hours. */
  days: readonly boolean[];
  hours: readonly boolean[];
}

/**
 * Reads a band as BURP's own timer does: it matches an hour when its text holds, anywhere and in any order, the day's
 * three letters in any case and the hour's two digits. "always" matches at any time.
 */
const readBand = remembered((band): Band => {
  const text = band.toLowerCase();
  return {
    always: text === "always",
    days: DAYS.map((day) => text.includes(day)),
    hours: HOURS.map((hour) => text.includes(hour)),
  };
});

/** Whether a band holds an instant, by the process's local time. */
function holds({ always, days, hours }: Band, local: Date): boolean {
  return always || (days[local.getDay()] === true && hours[local.getHours()] === true);
}

export function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

/** The first of the bands that holds an instant (milliseconds since 1970), if one does. */
export function matchingBand(bands: readonly string[], instant: number): string | undefined {
  const local = new Date(instant);
  return bands.find((band) => holds(readBand(band), local));
}

/** Whether a band names a day, whatever its hours. */
export function hasDay(band: string): boolean {
  return readBand(band).days.includes(true);
}

/** Whether a band names an hour, whatever its days. */
export function hasHour(band: string): boolean {
  return readBand(band).hours.includes(true);
}

/** Whether a band holds any hour of the week at all. */
export function canMatch(band: string): boolean {
  return readBand(band).always || (hasDay(band) && hasHour(band));
}

/**
 * The first instant from `from` on (milliseconds since 1970) that a band holds; null when there is none, or `from` is beyond what a
 * Date can hold. Local hours
 * begin, and clocks change, on quarters of an hour of UTC in every zone of today, so only those need to be asked.
 */
export function nextInBand(bands: readonly string[], from: number): number | null {
  const open = bands.filter(canMatch).map(readBand);
  const isInstant = !Number.isNaN(new Date(from).getTime());
  if (open.length === 0 || !isInstant) {
    return null;
  }
  for (let instant = from; instant <= from + HORIZON_MS; instant = nextQuarter(instant)) {
    const local = new Date(instant);
    if (open.some((band) => holds(band, local))) {
      return instant;
    }
  }
  return null;
}

function nextQuarter(instant: number): number {
  return (Math.floor(instant / QUARTER_HOUR_MS) + 1) * QUARTER_HOUR_MS;
}
