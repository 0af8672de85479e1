import { UsageError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import type { Journal } from "../journal/journal.ts";
import type { RotationDecision } from "../retention/plan.ts";
import { CLOCK_HINT, describeJump, judgeProfileClock } from "../run/clock.ts";
import { executeJob } from "../run/execute.ts";
import { type Job, jobOfProfile } from "../run/job.ts";
import { readProfileState } from "../run/profile-state.ts";
import { readClock } from "../run/read-clock.ts";
import { decideRotation, reasonToHold } from "../run/rotate.ts";
import { SystemBackup } from "../run/system-backup.ts";
import { listSnapshots } from "../store/list.ts";
import { plural } from "../units/size.ts";
import type { RotateCommandOptions } from "./commands/rotate.ts";
import { openLog } from "./log.ts";
import { print, printJson, printNote } from "./output.ts";
import type { RotateJson } from "./schema/rotate.ts";
import { printDecisions } from "./simulate-rotation.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { openTarget, type Target } from "./target.ts";

/** `bakup rotate`: a run that does nothing but rotate, with a run's locks and safeties. */
export async function rotateStore(profileName: string | undefined, options: RotateCommandOptions): Promise<ExitCode> {
  refuseSimulationOptions(options);
  const target = await openTarget(profileName, options);
  const { signal, release } = stopOnSignals();
  try {
    warnOfClock(target);
    const { decisions, held } = decide(target);
    const removed = options.dryRun ? undefined : await rotate(target, options, signal);
    const snapshots = removed === undefined ? decisions : decisions.map((decision) => happened(decision, removed));
    report({ target, snapshots, held }, options);
    return EXIT.done;
  } finally {
    release();
    target.store.close();
  }
}

/** By hand one may rotate with a clock that was set by days, but should know of it. */
function warnOfClock({ profile }: Target): void {
  const jump = profile && judgeProfileClock(readProfileState(profile.name), readClock()).jump;
  if (jump !== undefined) {
    printNote(`bakup: warning: ${describeJump(jump)}, and rotation goes by the clock; ${CLOCK_HINT}`);
  }
}

function refuseSimulationOptions({ keep, relaxed, preferRecent, include, exclude, now }: RotateCommandOptions): void {
  if ([keep, relaxed, preferRecent, include, exclude, now].some((value) => value !== undefined)) {
    throw new UsageError("--keep, --relaxed, --prefer-recent, --include, --exclude and --now belong to --simulate", {
      hint: "a real rotation follows [rotation] of the profile",
    });
  }
}

function decide({ store, rotation }: Target): { decisions: RotationDecision[]; held: string | undefined } {
  const { snapshots } = listSnapshots(store);
  const held = reasonToHold(snapshots);
  const decisions = decideRotation(snapshots, rotation, new Date()).map(({ decision }) => decision);
  return { held, decisions: held === undefined ? decisions : decisions.map((decision) => happened(decision, [])) };
}

/** What really became of a snapshot that was to be removed. */
function happened(decision: RotationDecision, removed: readonly string[]): RotationDecision {
  const stays = decision.action === "remove" && !removed.includes(decision.name);
  return stays ? { ...decision, action: "keep" } : decision;
}

/** @returns the names of what was removed. @throws whatever stopped it. */
async function rotate(target: Target, options: RotateCommandOptions, signal: AbortSignal): Promise<string[]> {
  const journal = onlyWarnings(openLog({ ...options, logFormat: "auto" }));
  const { error, removed } = await executeJob(jobOf(target), { journal, signal });
  if (error !== undefined) {
    throw error;
  }
  return removed;
}

/** The callback is left out: it is about backups, and this is none. */
function jobOf({ store, profile, rotation }: Target): Job {
  const actions = { backup: false, snapshot: false, rotate: true };
  if (profile !== undefined) {
    const job = jobOfProfile(profile, { dryRun: false, timed: false });
    return { ...job, actions, callback: undefined, watchesClock: undefined };
  }
  const destination = `${store.path === "/" ? "" : store.path}/${store.mirror}`;
  const job = new SystemBackup({ destination, notificationsEnabled: false }).job(actions);
  return { ...job, rotation, watchesClock: undefined };
}

/** How the run ends is said by this command, not by the log. */
function onlyWarnings(journal: Journal): Journal {
  return {
    event: (kind, fields) => {
      if (kind === "warning" || kind === "futureSnapshot" || kind === "storeRecovered" || kind === "undoFailed") {
        journal.event(kind, fields);
      }
    },
    child: (fields) => onlyWarnings(journal.child(fields)),
  };
}

function report(
  { target, snapshots, held }: { target: Target; snapshots: RotationDecision[]; held: string | undefined },
  { json, dryRun = false }: RotateCommandOptions,
): void {
  const { store, profile } = target;
  if (json) {
    const head = { profile: profile?.name ?? null, store: store.path };
    printJson({ ...head, dryRun, held: held ?? null, snapshots } satisfies RotateJson);
    return;
  }
  printDecisions(snapshots);
  if (held !== undefined) {
    printNote(`bakup: warning: nothing is removed: ${held}`);
  }
  const gone = snapshots.filter(({ action }) => action === "remove").length;
  const stay = snapshots.length - gone;
  print(`${plural(stay, "snapshot")} ${stay === 1 ? "stays" : "stay"}, ${gone} ${dryRun ? "would go" : "removed"}`);
}
