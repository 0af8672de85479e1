import { EXIT } from "../../errors/exit-codes.ts";
import type { RunRecord } from "./record.ts";

/** A run, or several on end that were skipped for the same reason: three an hour, while a disk is away. */
export interface RunGroup {
  newest: RunRecord;
  /** Start of the oldest; ISO 8601 in UTC. */
  since: string;
  count: number;
}

/** @param runs oldest first, as the groups are. */
export function groupSkips(runs: readonly RunRecord[]): RunGroup[] {
  const groups: RunGroup[] = [];
  for (const run of runs) {
    const last = groups.at(-1);
    if (last !== undefined && isSameSkip(last.newest, run)) {
      last.newest = run;
      last.count += 1;
    } else {
      groups.push({ newest: run, since: run.started, count: 1 });
    }
  }
  return groups;
}

function isSameSkip(a: RunRecord, b: RunRecord): boolean {
  return (
    a.state === "ended" &&
    b.state === "ended" &&
    [a, b].every(({ exitCode }) => exitCode === EXIT.skipped) &&
    a.error === b.error
  );
}
