import { CALLBACK_ERROR } from "../callback/reasons.ts";
import { WaitingError } from "../conditions/waiting-error.ts";
import { describeError, exitCodeOf } from "../errors/describe.ts";
import { explainDiskError } from "../errors/disk-error.ts";
import {
  AlreadyRunningError,
  BakupError,
  CancelledError,
  SnapshotExistsError,
  StoppedError,
} from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import type { Journal } from "../journal/journal.ts";
import { formatDuration } from "../units/duration.ts";
import { formatBytes } from "../units/size.ts";
import { announceEnd } from "./announce.ts";
import { reportError } from "./callbacks.ts";
import { newContext, type Observer, type RunContext, undoAll } from "./context.ts";
import type { Job } from "./job.ts";
import { type Step, stepsOf } from "./steps.ts";

export interface RunOptions {
  journal: Journal;
  signal?: AbortSignal;
  observer?: Observer;
  /** The start of the run, which gives the snapshot its name; now by default. */
  now?: Date;
}

/** What a run came to. */
export interface RunReport {
  exitCode: ExitCode;
  startedAt: Date;
  finishedAt: Date;
  /** The name of the snapshot that was taken. */
  snapshot?: string;
  record?: RunContext["snapshot"];
  transferred?: RunContext["transferred"];
  plan?: RunContext["plan"];
  removed: string[];
  warnings: number;
  error?: unknown;
}

/**
 * Does one run: its steps in order, and at the end, also after an error or a signal, the undoing of what this run did,
 * last first. Never throws: every way to end is a report with an exit code.
 */
export async function executeJob(job: Job, options: RunOptions): Promise<RunReport> {
  const context = newContext(job, options);
  let error: unknown;
  try {
    await runSteps(stepsOf(job), context);
  } catch (caught) {
    // What fails when the disk goes away is seldom the disk by name.
    error = context.disk?.watch?.look() ?? explainDiskError(caught);
    await tellFailure(context, error);
  }
  await undoAll(context);
  const done = report(context, error);
  await announceEnd(context, done);
  return done;
}

async function runSteps(steps: readonly Step[], context: RunContext): Promise<void> {
  for (const step of steps) {
    throwIfStopped(context.signal);
    context.observer.onStep?.(step.name);
    if (step.title !== undefined) {
      context.journal.event("stepStarted", { step: step.name, title: step.title });
    }
    await step.run(context);
  }
  throwIfStopped(context.signal);
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) {
    throw signal.reason instanceof BakupError ? signal.reason : new StoppedError("SIGTERM");
  }
}

/** The callback learns of every failure but a cancellation, which is its own doing. */
async function tellFailure(context: RunContext, error: unknown): Promise<void> {
  const exitCode = exitCodeOf(error);
  const { journal, job } = context;
  const fields = { error: describeError(error), hint: error instanceof BakupError ? (error.hint ?? "") : "" };
  if (error instanceof AlreadyRunningError) {
    journal.event("alreadyRunning", fields);
    await reportError(context, CALLBACK_ERROR.alreadyRunning);
  } else if (error instanceof WaitingError) {
    journal.event("runWaiting", { condition: error.condition, reason: fields.error });
  } else if (error instanceof CancelledError || exitCode === EXIT.skipped) {
    journal.event("runSkipped", { profile: job.profile.name, reason: fields.error });
  } else if (error instanceof StoppedError) {
    journal.event("runStopped", fields);
    await reportError(context, CALLBACK_ERROR.failed, fields.error);
  } else {
    journal.event("runFailed", fields);
    if (error instanceof SnapshotExistsError) {
      await reportError(context, CALLBACK_ERROR.snapshotExists, error.snapshotId);
    } else if (exitCode === EXIT.snapshotsFolderNotFound) {
      await reportError(context, CALLBACK_ERROR.snapshotsFolderNotFound);
    } else {
      await reportError(context, CALLBACK_ERROR.failed, fields.error);
    }
  }
}

function report(context: RunContext, error: unknown): RunReport {
  const { snapshot, transferred, plan, startedAt, removed, warnings } = context;
  const finishedAt = new Date();
  const exitCode = error === undefined ? exitCodeOfSuccess(context) : exitCodeOf(error);
  if (error === undefined) {
    const kind = exitCode === EXIT.incomplete ? "runIncomplete" : "runFinished";
    context.journal.event(kind, {
      duration: formatDuration((finishedAt.getTime() - startedAt.getTime()) / 1000),
      summary: summarise(context),
    });
  }
  return {
    exitCode,
    startedAt,
    finishedAt,
    removed,
    warnings,
    ...(snapshot === undefined ? {} : { snapshot: snapshot.name, record: snapshot }),
    ...(transferred === undefined ? {} : { transferred }),
    ...(plan === undefined ? {} : { plan }),
    ...(error === undefined ? {} : { error }),
  };
}

function exitCodeOfSuccess({ transferred }: RunContext): ExitCode {
  return transferred !== undefined && transferred.problems.length > 0 ? EXIT.incomplete : EXIT.done;
}

function summarise({ job, transferred, snapshot, removed }: RunContext): string {
  if (job.dryRun) {
    return "nothing was changed (dry run)";
  }
  const parts: string[] = [];
  if (transferred !== undefined) {
    const { created, changed, attributes, deleted, bytes } = transferred.changes;
    parts.push(
      transferred.unchanged
        ? "nothing had changed"
        : `${created} new, ${changed + attributes} changed, ${deleted} deleted, ${formatBytes(bytes)} copied`,
    );
  }
  if (snapshot !== undefined) {
    parts.push(`snapshot ${snapshot.name}`);
  }
  if (removed.length > 0) {
    parts.push(`${removed.length} old removed`);
  }
  return parts.join("; ");
}
