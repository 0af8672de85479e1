import type { Profile } from "../config/profile.ts";
import type { Patience } from "../watch/absence.ts";

/** How long a profile may be without a complete snapshot. */
export function patienceOf({ watch, schedule }: Pick<Profile, "watch" | "schedule">): Patience {
  return {
    configured: watch.absence,
    timerArgs: schedule.timerArgs,
    hasTimerScript: schedule.timerScript !== undefined,
  };
}
