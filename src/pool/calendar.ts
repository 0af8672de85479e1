import { WEEKDAYS, type Weekday } from "./config/value-types.ts";

/** A day of the local calendar as YYYY/MM/DD, which is its folder in the staging directory. */
export type Day = string & { readonly __day: unique symbol };

/** The local day of an instant. Pure but for the zone. */
export function dayOf(time: Date): Day {
  const parts = [time.getMonth() + 1, time.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${time.getFullYear()}/${parts.join("/")}` as Day;
}

/** Reads "2026/11/24", if the calendar has this day. */
export function parseDay(text: string): Day | undefined {
  const match = /^(\d{4})\/(\d{2})\/(\d{2})$/.exec(text);
  const day = match === null ? undefined : dayOf(noon(text as Day));
  return day === text ? day : undefined;
}

export function addDays(day: Day, count: number): Day {
  const time = noon(day);
  time.setDate(time.getDate() + count);
  return dayOf(time);
}

/** The first day of the week that a day lies in. */
export function weekStart(day: Day, startingDay: Weekday): Day {
  const back = (noon(day).getDay() - WEEKDAYS.indexOf(startingDay) + 7) % 7;
  return addDays(day, -back);
}

/** No change of the clock touches noon. */
function noon(day: Day): Date {
  const [year = 0, month = 1, date = 1] = day.split("/").map(Number);
  return new Date(year, month - 1, date, 12);
}
