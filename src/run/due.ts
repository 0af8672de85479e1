import { lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BakupError, ConfigurationError, NotYetError } from "../errors/errors.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { decide, type ScheduleDecision } from "../schedule/decide.ts";
import type { RunContext } from "./context.ts";
import type { Schedule } from "./job.ts";
import { profileStateFolder, readProfileState } from "./profile-state.ts";

/** The schedule says that it is not time: nothing is wrong, and nothing was done. */
class NotDueError extends BakupError {
  override readonly exitCode = EXIT.skipped;
}

/** Is it time for a backup of a profile? Reads what is known of its last run; a mere question changes nothing. */
export function askSchedule(
  profile: string,
  { timerArgs, timerScript }: Schedule,
  { now, force = false }: { now: Date; force?: boolean },
): ScheduleDecision {
  if (timerScript !== undefined && !force) {
    throw new NotYetError("asking a timer script is not part of this version", {
      hint: "leave timer_script out of [schedule], and use timer_arg[]",
    });
  }
  const last = readProfileState(profile).lastSuccess?.started;
  return decide({
    now: now.getTime(),
    lastStart: last === undefined ? null : Date.parse(last),
    timerArgs,
    flagFile: hasFlagFile(profile),
    force,
  });
}

/** The step of a run: goes on only when it is time, and then takes the flag file away. */
export async function checkDue({ job, startedAt }: RunContext): Promise<void> {
  if (job.schedule === undefined) {
    return;
  }
  const { name } = job.profile;
  const { decision, rule, reason } = askSchedule(name, job.schedule, { now: startedAt });
  if (decision === "error") {
    throw new ConfigurationError(reason, { hint: "correct timer_arg in [schedule]" });
  }
  if (decision === "skip") {
    throw new NotDueError(reason);
  }
  if (rule === "flag") {
    rmSync(flagFile(name), { force: true });
  }
}

/** A regular file named `backup` in the profile's state folder asks for a backup once. */
export function flagFile(profile: string): string {
  return join(profileStateFolder(profile), "backup");
}

function hasFlagFile(profile: string): boolean {
  return lstatSync(flagFile(profile), { throwIfNoEntry: false })?.isFile() ?? false;
}
