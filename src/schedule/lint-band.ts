import { canMatch, DAYS, HOURS, hasDay, hasHour, twoDigits } from "./bands.ts";

/**
 * What a time band does not mean although it seems to, each with what to write instead.
 * @param isHalf whether it has been said already that its other half stands in another argument.
 */
export function lintBand(band: string, isHalf: boolean): string[] {
  const complaints = [
    ...lintNegation(band),
    ...lintSingleDigits(band),
    ...lintLongNumbers(band),
    ...lintHourRanges(band),
    ...lintDayRanges(band),
  ];
  if (canMatch(band) || complaints.length > 0) {
    return complaints;
  }
  if (/always/i.test(band)) {
    return [`"${band}" never matches: "always" must stand alone; write "always"`];
  }
  if (!hasDay(band) && !hasHour(band)) {
    return [`"${band}" never matches; write days and hours, as in "Mon,Tue,22,23", or "always"`];
  }
  if (isHalf) {
    return [];
  }
  return hasDay(band)
    ? [`"${band}" never matches: it has no hour from 00 to 23; add the hours, as in "${band},22,23"`]
    : [`"${band}" never matches: it has no day; add the days, as in "Mon,Tue,${band}"`];
}

function lintNegation(band: string): string[] {
  return /[!^~]/.test(band) ? [`"${band}" leaves nothing out; list the days and hours that it shall match`] : [];
}

function lintSingleDigits(band: string): string[] {
  const digits = band.match(/(?<!\d)\d(?!\d)/g) ?? [];
  return digits.length === 0
    ? []
    : [`"${band}" does not mean the hour ${digits.join(", ")}; write ${digits.map((digit) => `0${digit}`).join(", ")}`];
}

/** "10:15" is hour 10 and hour 15, "0900" is 09 and 00, and 24 is no hour. */
function lintLongNumbers(band: string): string[] {
  return (band.match(/\d\d[:.]\d\d|\d{3,}|(?<!\d)(?:2[4-9]|[3-9]\d)(?!\d)/g) ?? []).map((number) => {
    const hours = HOURS.filter((hour) => number.includes(hour));
    const meaning = hours.length === 0 ? `no hour` : `the hour${hours.length === 1 ? "" : "s"} ${hours.join(", ")}`;
    return `"${number}" in "${band}" means ${meaning}; write the hours from 00 to 23 with two digits, and no minutes`;
  });
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
