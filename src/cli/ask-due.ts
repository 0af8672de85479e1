import { askThisMachine, type Machine } from "../conditions/machine.ts";
import type { Wait } from "../conditions/rules.ts";
import type { Profile } from "../config/profile.ts";
import { describeError } from "../errors/describe.ts";
import { UsageError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { localTime } from "../lock/local-time.ts";
import { waitOf } from "../run/conditions.ts";
import { askSchedule, type ScheduleAnswer } from "../run/due.ts";
import { type ProfileState, readProfileState, skipSinceLastRun } from "../run/profile-state.ts";
import { readClock } from "../run/read-clock.ts";
import type { ClockReading } from "../schedule/clock.ts";
import { decide } from "../schedule/decide.ts";
import type { DueCommandOptions } from "./commands/due.ts";
import { readConfiguration } from "./configuration.ts";
import { parseInstant } from "./instant.ts";
import { print, printJson } from "./output.ts";
import type { DueJson } from "./schema/due.ts";

/** `bakup due`: is it time? @returns 0 when something is due, 75 when nothing is, 1 when a schedule is broken. */
export async function askDue(names: readonly string[], options: DueCommandOptions): Promise<ExitCode> {
  return options.simulate ? simulate(names, options) : askProfiles(names, options);
}

type Answer = Omit<ScheduleAnswer, "rule" | "hint"> & { rule: ScheduleAnswer["rule"] | Wait["condition"] | null };

const EXIT_CODES = { backup: EXIT.done, skip: EXIT.skipped, error: EXIT.configuration } as const;

function simulate(names: readonly string[], options: DueCommandOptions): ExitCode {
  if (names.length > 0) {
    throw new UsageError("--simulate asks about no profile", { hint: "leave the PROFILE out, or --simulate" });
  }
  const decision = decide({
    now: options.now === undefined ? Date.now() : parseInstant(options.now, "--now"),
    lastStart: options.last === undefined ? null : parseInstant(options.last, "--last"),
    timerArgs: options.arg ?? [],
    flagFile: options.flagFile === true,
    force: options.force === true,
  });
  if (options.json) {
    printJson(decision satisfies DueJson);
  } else {
    print(describeAnswer(decision));
  }
  return EXIT_CODES[decision.decision];
}

async function askProfiles(names: readonly string[], options: DueCommandOptions): Promise<ExitCode> {
  const { now, last, arg, flagFile, force } = options;
  if ([now, last, arg, flagFile, force].some((value) => value !== undefined)) {
    throw new UsageError("--now, --last, --arg, --flag-file and --force belong to --simulate");
  }
  const facts = { machine: askThisMachine(), clock: readClock() };
  const answers: (Answer & { profile: string })[] = [];
  for (const profile of readConfiguration(options.config, names)) {
    answers.push({ profile: profile.name, ...(await answerOf(profile, facts)) });
  }
  if (options.json) {
    printJson({ profiles: answers } satisfies DueJson);
  } else {
    print(answers.map((answer) => `${answer.profile}: ${describeAnswer(answer)}`).join("\n"));
  }
  const decisions = answers.map(({ decision }) => decision);
  const worst = (["error", "backup", "skip"] as const).find((decision) => decisions.includes(decision));
  return EXIT_CODES[worst ?? "skip"];
}

/** A schedule that cannot be asked is broken. */
async function answerOf(
  profile: Profile,
  { machine, clock }: { machine: Machine; clock: ClockReading },
): Promise<Answer> {
  const { name, schedule } = profile;
  try {
    const state = readProfileState(name);
    const asked = { now: new Date(clock.nowMs), clock, state };
    const { decision, rule, reason, next } = await askSchedule(name, schedule, asked);
    if (decision !== "backup") {
      return { decision, rule, reason, next };
    }
    const wait = await waitOf(profile, machine);
    return wait === undefined
      ? { decision, rule, reason: `${reason}${lastTry(state)}`, next }
      : { decision: "skip", rule: wait.condition, reason: `${reason}, but a timed run waits: ${wait.reason}`, next };
  } catch (error) {
    return { decision: "error", rule: null, reason: describeError(error), next: null };
  }
}

/** A due backup that finds no disk is due again and again. */
function lastTry(state: ProfileState): string {
  const skip = skipSinceLastRun(state);
  return skip?.condition === "disk"
    ? `; the last try, at ${localTime(new Date(skip.when))}, was skipped: ${skip.reason}`
    : "";
}

function describeAnswer({ decision, reason }: Answer): string {
  return `${{ backup: "due", skip: "not due", error: "broken" }[decision]}: ${reason}`;
}
