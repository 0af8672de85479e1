import type { VerifiedParts } from "../records.ts";

/** The `index`th (from 1) of so many parts of a snapshot's files. */
export interface Part {
  index: number;
  of: number;
}

export const EVERYTHING: Part = { index: 1, of: 1 };

const PREFIX_DIGITS = 8;

/** Whether a file belongs to a part: its hash decides, so it is the same part in every snapshot. Pure. */
export function isInPart(sha256: string, { index, of }: Part): boolean {
  return Number.parseInt(sha256.slice(0, PREFIX_DIGITS) || "0", 16) % of === index - 1;
}

/** When each of so many parts was last found sound. What is known of other parts holds for all: the oldest of them. Pure. */
export function partsOf(verified: VerifiedParts | undefined, of: number): (string | null)[] {
  const known = verified?.parts ?? [];
  return known.length === of ? [...known] : Array.from({ length: of }, () => oldest(known));
}

/** The oldest of some times; null when one of them is missing, or there is none. Pure. */
export function oldest(times: readonly (string | null)[]): string | null {
  return times.reduce<string | null>(
    (found, time) => (found === null || time === null ? null : time < found ? time : found),
    times[0] ?? null,
  );
}

/** The part that was not looked at for the longest time, over all snapshots. Pure. */
export function nextPart(snapshots: readonly (VerifiedParts | undefined)[], of: number): Part {
  const ages = Array.from({ length: of }, (_, index) =>
    oldest(snapshots.map((verified) => partsOf(verified, of)[index] ?? null)),
  );
  const first = ages.reduce((best, time, index) => (isOlder(time, ages[best] ?? null) ? index : best), 0);
  return { index: first + 1, of };
}

/** Never comes before any time. Pure. */
export function isOlder(a: string | null, b: string | null): boolean {
  return b !== null && (a === null || a < b);
}

/** What is known after a part was found sound. Pure. */
export function withPart(verified: VerifiedParts | undefined, { index, of }: Part, when: string): VerifiedParts {
  const parts = partsOf(verified, of);
  parts[index - 1] = when;
  return { parts };
}
