import { DAYS, twoDigits } from "./bands.ts";

/** An instant (milliseconds since 1970) as a clock here shows it, with its day: "Mon 2027-03-01 12:00:00 +0100". */
export function formatLocalTime(instant: number): string {
  const local = new Date(instant);
  const day = DAYS[local.getDay()] ?? "";
  const date = [local.getFullYear(), local.getMonth() + 1, local.getDate()].map(twoDigits).join("-");
  const time = [local.getHours(), local.getMinutes(), local.getSeconds()].map(twoDigits).join(":");
  return `${day.charAt(0).toUpperCase()}${day.slice(1)} ${date} ${time} ${formatOffset(-local.getTimezoneOffset())}`;
}

function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${twoDigits(Math.floor(size / 60))}${twoDigits(size % 60)}`;
}
