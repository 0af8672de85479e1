/** How often a snapshot may be kept, smallest first. */
export const FREQUENCIES = ["minutely", "hourly", "daily", "weekly", "monthly", "yearly"] as const;

export type Frequency = (typeof FREQUENCIES)[number];

/** How many slots of a frequency to fill: a whole number above zero, or one snapshot for every slot there is. */
export type KeepCount = number | "always";

/** Which frequencies are kept, and how many of each; a frequency that is missing keeps nothing. */
export type RotationScheme = Partial<Record<Frequency, KeepCount>>;

/** The scheme of rsync-system-backup, which applies when nobody chose one. */
export const DEFAULT_ROTATION_SCHEME: Readonly<RotationScheme> = { hourly: 24, daily: 7, weekly: 4, monthly: "always" };

/** Reads "7" or "always" (in any case); undefined when it is neither, and for zero. */
export function parseKeepCount(text: string): KeepCount | undefined {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === "always") {
    return "always";
  }
  const count = /^[0-9]+$/.test(trimmed) ? Number(trimmed) : 0;
  return isKeepCount(count) ? count : undefined;
}

export function isKeepCount(count: KeepCount): boolean {
  return count === "always" || (Number.isSafeInteger(count) && count > 0);
}

/** Reads "daily=7", as the command line has it; undefined when the frequency or the count is wrong. */
export function parseKeepOption(text: string): { frequency: Frequency; count: KeepCount } | undefined {
  const [name = "", value, ...rest] = text.split("=");
  const frequency = FREQUENCIES.find((known) => known === name.trim().toLowerCase());
  const count = parseKeepCount(value ?? "");
  return frequency === undefined || count === undefined || rest.length > 0 ? undefined : { frequency, count };
}
