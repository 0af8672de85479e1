import { BakupError, ConfigurationError } from "../errors/errors.ts";
import { EXIT } from "../errors/exit-codes.ts";
import type { ClockReading } from "../schedule/clock.ts";
import { decide, type ScheduleDecision } from "../schedule/decide.ts";
import { judgeProfileClock } from "./clock.ts";
import type { RunContext } from "./context.ts";
import { findWish, fulfilWish } from "./flag-file.ts";
import type { Schedule } from "./job.ts";
import { type ProfileState, readProfileState } from "./profile-state.ts";
import { readClock } from "./read-clock.ts";
import { askTimerScript } from "./timer-script.ts";

/** The schedule says that it is not time: nothing is wrong, and nothing was done. */
class NotDueError extends BakupError {
  override readonly exitCode = EXIT.skipped;
}

/** The timer script cannot answer: without this error no backup would ever be made, and nobody would know. */
class TimerScriptError extends BakupError {}

/** The answer of a profile's schedule, which may have a timer script. */
export interface ScheduleAnswer extends Omit<ScheduleDecision, "rule"> {
  rule: ScheduleDecision["rule"] | "timer-script";
  hint?: string;
}

export interface AskOptions {
  now: Date;
  signal?: AbortSignal;
  /** Told each line that a timer script says. */
  onLine?: (line: string) => void;
  /** How the clock stands; without it nothing is said of a clock that was set. */
  clock?: ClockReading | undefined;
  /** What is remembered of the profile; read when it is not given. */
  state?: ProfileState;
}

/**
 * Is it time for a backup of a profile? Reads what is known of its last run; a mere question changes nothing. The flag
 * file speaks first, then the timer script, if there is one, else the rules.
 */
export async function askSchedule(
  profile: string,
  schedule: Schedule,
  { now, clock, state = readProfileState(profile), ...options }: AskOptions,
): Promise<ScheduleAnswer> {
  const { timerArgs, timerScript, timerTimeoutSeconds } = schedule;
  const flagFile = findWish(profile) !== undefined;
  if (timerScript === undefined || flagFile) {
    return askRules(profile, timerArgs, { now, clock, state, flagFile });
  }
  const script = { path: timerScript, timeoutSeconds: timerTimeoutSeconds, timerArgs };
  return { rule: "timer-script", next: null, ...(await askTimerScript(profile, script, options)) };
}

/** The same by BURP's rules alone. */
export function askRules(
  profile: string,
  timerArgs: readonly string[],
  {
    now,
    clock,
    state = readProfileState(profile),
    flagFile = findWish(profile) !== undefined,
  }: Pick<AskOptions, "now" | "clock" | "state"> & { flagFile?: boolean },
): ScheduleDecision {
  const last = state.lastSuccess?.started;
  return decide({
    now: now.getTime(),
    lastStart: last === undefined ? null : Date.parse(last),
    timerArgs,
    flagFile,
    force: false,
    clockJumped: clock !== undefined && judgeProfileClock(state, clock).jump?.owesBackup === true,
  });
}

/** The step of a run: goes on only when it is time. */
export async function checkDue(context: RunContext): Promise<void> {
  const { job, journal, signal, startedAt } = context;
  if (job.schedule === undefined) {
    return;
  }
  const { name } = job.profile;
  context.wish = findWish(name);
  const { decision, rule, reason, hint } = await askSchedule(name, job.schedule, {
    now: startedAt,
    clock: job.watchesClock === "profile" ? readClock() : undefined,
    signal,
    onLine: (line) => journal.event("programOutput", { program: "timer script", line }),
  });
  signal.throwIfAborted();
  if (decision === "error") {
    throw rule === "timer-script"
      ? new TimerScriptError(reason, hint === undefined ? {} : { hint })
      : new ConfigurationError(reason, { hint: "correct timer_arg in [schedule]" });
  }
  if (decision === "skip") {
    throw new NotDueError(reason);
  }
}

/** The step behind the backup: a wish for it that was there when the run began has come true. */
export async function takeWish({ wish }: RunContext): Promise<void> {
  if (wish !== undefined) {
    fulfilWish(wish);
  }
}
