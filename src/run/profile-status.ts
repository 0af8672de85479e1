import type { Profile } from "../config/profile.ts";
import { describeError } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";
import { EXIT, EXIT_MEANING } from "../errors/exit-codes.ts";
import { type ClockReading, isRotationHeld } from "../schedule/clock.ts";
import { listSnapshots, newestComplete, type Snapshot } from "../store/list.ts";
import { readRefusal } from "../store/suspect-plan.ts";
import { formatAge } from "../units/age.ts";
import { plural } from "../units/size.ts";
import { absentFrom, type Patience } from "../watch/absence.ts";
import { CLOCK_HINT, describeJump, endOfHold, judgeProfileClock } from "./clock.ts";
import { askRules } from "./due.ts";
import { readHistory } from "./history/file.ts";
import { type LiveRun, readLiveRun } from "./history/live.ts";
import { describeInterruption, type OpenRun, type RunRecord } from "./history/record.ts";
import { patienceOf } from "./patience.ts";
import { type ProfileState, readProfileState } from "./profile-state.ts";
import { isOtherStore, openProfileStore } from "./profile-store.ts";
import { readClock } from "./read-clock.ts";

/** What is wrong with a profile, of which kind, and what to do about it. */
export interface Trouble {
  kind:
    | "last-run-failed"
    | "last-run-incomplete"
    | "last-run-interrupted"
    | "no-history"
    | "never-run"
    | "no-store"
    | "other-store"
    | "refused-plan"
    | "suspect-snapshot"
    | "damaged-snapshot"
    | "no-complete-snapshot"
    | "overdue"
    | "clock"
    | "schedule";
  text: string;
  hint?: string;
}

/** When the next backup is due; null where the schedule cannot say. */
export interface NextRun {
  /** May it begin now? Null where that is asked of a timer script. */
  due: boolean | null;
  reason: string;
  /** ISO 8601 in UTC. */
  next: string | null;
  /** What makes a timed run wait although it is due, where that was asked. */
  waits: string | null;
}

export interface ProfileStatus {
  profile: Profile;
  state: ProfileState;
  /** The newest run, when it was cut off: `state` does not know of it. */
  interrupted: OpenRun | undefined;
  /** Undefined when the store cannot be looked into. */
  snapshots: Snapshot[] | undefined;
  lastComplete: Snapshot | undefined;
  next: NextRun | undefined;
  /** The run that works now. */
  live: LiveRun | undefined;
  trouble: Trouble[];
}

/** Everything that is known of a profile. Never throws: what cannot be found out is trouble. */
export function statusOf(profile: Profile, now: number): ProfileStatus {
  const state = readProfileState(profile.name);
  const clock = readClock();
  const trouble: Trouble[] = troubleOfClock(state, clock);
  const newest = newestRun(profile.name, trouble);
  const interrupted = newest?.state === "interrupted" ? newest : undefined;
  trouble.push(
    ...(interrupted === undefined
      ? troubleOfLastRun(profile, state, newest)
      : [troubleOfInterruption(profile, interrupted, now)]),
  );
  const isHere = profile.destination.parsed.kind === "local";
  const snapshots = isHere ? lookIntoStore(profile, trouble) : undefined;
  const lastComplete = newestComplete(snapshots ?? []);
  if (state.lastRun !== undefined && (snapshots !== undefined || !isHere)) {
    const last = isHere ? lastComplete?.instant : instantOf(state.lastComplete);
    trouble.push(
      ...troubleOfAge({ last, what: isHere ? "complete snapshot" : "complete backup" }, patienceOf(profile), now),
    );
  }
  return {
    profile,
    state,
    interrupted,
    snapshots,
    lastComplete,
    next: nextRun(profile, { now, clock, trouble }),
    live: readLiveRun(profile.name),
    trouble,
  };
}

function newestRun(profile: string, trouble: Trouble[]): RunRecord | undefined {
  try {
    return readHistory(profile).at(-1);
  } catch (error) {
    trouble.push({ kind: "no-history", text: `cannot read the history of this profile: ${describeError(error)}` });
    return undefined;
  }
}

function troubleOfInterruption({ name }: Profile, run: OpenRun, now: number): Trouble {
  return {
    kind: "last-run-interrupted",
    text: `the last run, begun ${formatAge(Date.parse(run.started), now)} ago, was ${describeInterruption(run)}`,
    hint: `the next run puts things in order and goes on; begin it now with: bakup run ${name}`,
  };
}

function troubleOfLastRun({ name }: Profile, { lastRun }: ProfileState, newest: RunRecord | undefined): Trouble[] {
  if (lastRun === undefined) {
    return [{ kind: "never-run", text: "this profile has never run on this machine" }];
  }
  const { exitCode, error, started } = lastRun;
  if (exitCode === EXIT.done) {
    return [];
  }
  const record = newest?.state === "ended" && newest.started === started ? newest : undefined;
  const log =
    record === undefined ? {} : { hint: `see its log: bakup history ${name} --run ${record.run.slice(0, 8)}` };
  if (exitCode === EXIT.incomplete) {
    return [{ kind: "last-run-incomplete", text: "the last run could not back up every file", ...log }];
  }
  const hint = record?.hint === undefined ? log : { hint: record.hint };
  return [{ kind: "last-run-failed", text: `the last run failed: ${error ?? EXIT_MEANING[exitCode]}`, ...hint }];
}

function troubleOfClock(state: ProfileState, clock: ClockReading): Trouble[] {
  const { jump } = judgeProfileClock(state, clock);
  if (jump === undefined) {
    return [];
  }
  const held = isRotationHeld(jump, clock.nowMs) ? `; nothing is rotated until ${endOfHold(jump)}` : "";
  return [{ kind: "clock", text: `${describeJump(jump)}${held}`, hint: CLOCK_HINT }];
}

function lookIntoStore(profile: Profile, trouble: Trouble[]): Snapshot[] | undefined {
  try {
    const store = openProfileStore(profile);
    try {
      const accept = `bakup accept ${profile.name}`;
      if (isOtherStore(store)) {
        const text = `${store.path} is another store than before (another disk?)`;
        trouble.push({ kind: "other-store", text, hint: `if this one is right from now on: ${accept}` });
      }
      const refusal = readRefusal(store);
      if (refusal !== undefined && refusal.accepted === undefined) {
        const text = `a run was refused: ${refusal.reason}`;
        trouble.push({ kind: "refused-plan", text, hint: `look at the source; if this is right: ${accept}` });
      }
      const { snapshots } = listSnapshots(store);
      const suspect = snapshots.findLast((snapshot) => snapshot.state === "suspect");
      if (suspect !== undefined) {
        const text = `the snapshot ${suspect.name} is suspect`;
        trouble.push({ kind: "suspect-snapshot", text, hint: `look at it; if it is right: ${accept}` });
      }
      const damaged = snapshots.filter((snapshot) => snapshot.state === "damaged").map(({ name }) => name);
      if (damaged.length > 0) {
        const text = `${plural(damaged.length, "snapshot")} damaged: ${damaged.join(", ")}`;
        trouble.push({
          kind: "damaged-snapshot",
          text,
          hint: `see what can be healed: bakup repair ${profile.name} --dry-run`,
        });
      }
      return snapshots;
    } finally {
      store.close();
    }
  } catch (error) {
    trouble.push({ kind: "no-store", text: describeError(error), ...hintOf(error) });
    return undefined;
  }
}

function hintOf(error: unknown): { hint?: string } {
  return error instanceof BakupError && error.hint !== undefined ? { hint: error.hint } : {};
}

function instantOf(run: ProfileState["lastComplete"]): number | undefined {
  return run === undefined ? undefined : Date.parse(run.started);
}

function troubleOfAge(
  { last, what }: { last: number | undefined; what: string },
  patience: Patience,
  now: number,
): Trouble[] {
  if (last === undefined) {
    return [{ kind: "no-complete-snapshot", text: `there is no ${what}` }];
  }
  const isOld = now > absentFrom(patience, last);
  return isOld ? [{ kind: "overdue", text: `the last ${what} is ${formatAge(last, now)} old` }] : [];
}

function nextRun(
  { name, schedule }: Profile,
  { now, clock, trouble }: { now: number; clock: ClockReading; trouble: Trouble[] },
): NextRun | undefined {
  const { timerScript, timerArgs } = schedule;
  try {
    const { decision, rule, reason, next } = askRules(name, timerArgs, { now: new Date(now), clock });
    if (timerScript !== undefined && rule !== "flag") {
      return {
        due: null,
        reason: `the timer script ${timerScript} decides; ask it with: bakup due ${name}`,
        next: null,
        waits: null,
      };
    }
    if (decision === "error") {
      trouble.push({ kind: "schedule", text: reason, hint: "correct timer_arg in [schedule]" });
      return undefined;
    }
    return { due: decision === "backup", reason, next, waits: null };
  } catch (error) {
    trouble.push({ kind: "schedule", text: describeError(error), ...hintOf(error) });
    return undefined;
  }
}
