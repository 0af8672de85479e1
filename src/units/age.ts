import { formatDuration } from "../units/duration.ts";

/** How old something is, in its largest unit: "2 hours"; "in 2 hours" for what is yet to come. */
export function formatAge(instant: number, now: number): string {
  const seconds = Math.round((now - instant) / 1000);
  const largest = formatDuration(Math.abs(seconds)).split(" ").slice(0, 2).join(" ");
  return seconds < 0 ? `in ${largest}` : largest;
}

/** Whole seconds between an instant and now; below zero for the future. */
export function ageSeconds(instant: number, now: number): number {
  return Math.round((now - instant) / 1000);
}
