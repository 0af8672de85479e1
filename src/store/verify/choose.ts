import type { Snapshot } from "../list.ts";
import { isOlder, nextPart, oldest, type Part, partsOf } from "./parts.ts";

/** Which part is asked for: one by its number, or the one that was not looked at for the longest time. */
export interface PartRequest {
  index: number | "next";
  of: number;
}

export interface CheckPlan {
  part: Part;
  /** In the order in which they are looked at. */
  snapshots: Snapshot[];
}

/** What to check, and in which order: what was never checked first, then what was checked longest ago. Pure. */
export function chooseChecks(
  snapshots: readonly Snapshot[],
  { part, onlyNew }: { part: PartRequest; onlyNew: boolean },
): CheckPlan {
  const wanted = snapshots.filter(({ record }) => !onlyNew || isNew(record?.verified?.parts ?? []));
  const chosen =
    part.index === "next"
      ? nextPart(
          wanted.map(({ record }) => record?.verified),
          part.of,
        )
      : { index: part.index, of: part.of };
  const ageOf = ({ record }: Snapshot) => partsOf(record?.verified, chosen.of)[chosen.index - 1] ?? null;
  const order = [...wanted].sort((a, b) => {
    const [left, right] = [ageOf(a), ageOf(b)];
    return isOlder(left, right) ? -1 : isOlder(right, left) ? 1 : a.instant - b.instant;
  });
  return { part: chosen, snapshots: order };
}

function isNew(parts: readonly (string | null)[]): boolean {
  return oldest(parts) === null && parts.every((time) => time === null);
}
