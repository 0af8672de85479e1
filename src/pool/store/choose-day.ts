import { join } from "node:path";
import { addDays, type Day } from "../calendar.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { hasMark, MARKS, type Mark } from "../marks.ts";

export interface StagedDay {
  day: Day;
  dir: string;
}

/**
 * The staged day that is to be stored: today's, unless it is stored already; else yesterday's or tomorrow's, for a
 * backup that runs over midnight. With --full today's, stored or not. @throws ActionError when there is none.
 */
export function chooseDay(
  context: PoolContext,
  { sourceDir, mark, warnMidnite }: { sourceDir: string; mark: Mark; warnMidnite: boolean },
): StagedDay {
  const { today, full } = context;
  const days = full ? [today] : [today, addDays(today, -1), addDays(today, 1)];
  const candidates = days.map((day) => ({ day, dir: join(sourceDir, day) }));
  const found = candidates.find(({ dir }) => hasMark(dir, "stage") && (full || !hasMark(dir, mark)));
  if (found === undefined) {
    throw new ActionError(`there is no staged day to store in ${sourceDir}`, {
      hint: `a day needs ${MARKS.stage} and no ${MARKS[mark]}; run the action stage first, or use --full`,
    });
  }
  if (found.day !== today && warnMidnite) {
    context.log.warning(`storing ${found.dir}, which is not today's: has the backup run over midnight?`);
  }
  return found;
}

/** The staged days of this week until today. */
export function stagedDaysOfWeek(sourceDir: string, { from, today }: { from: Day; today: Day }): StagedDay[] {
  const days: StagedDay[] = [];
  for (let day = from; day <= today; day = addDays(day, 1)) {
    const dir = join(sourceDir, day);
    if (hasMark(dir, "stage")) {
      days.push({ day, dir });
    }
  }
  return days;
}
