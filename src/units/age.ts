import { formatDuration } from "../units/duration.ts";

/** How old something is, in its largest unit: "2 hours"; "in 2 hours" for what is yet to come. */
export function formatAge(instant: number, now: number): string {
  const seconds = Math.round((now - instant) / 1000);
  const largest = formatDuration(Math.abs(seconds)).split(" ").slice(0, 2).join(" ");
  return seconds < 0 ? `in ${largest}` : largest;
}

/** The same in a sentence: "2 hours ago", "in 2 hours". */
export function formatAgo(instant: number, now: number): string {
  const age = formatAge(instant, now);
  return ageSeconds(instant, now) < 0 ? age : `${age} ago`;
}

/** Whole seconds between an instant and now; below zero for the future. */
export function ageSeconds(instant: number, now: number): number {
  return Math.round((now - instant) / 1000);
}
