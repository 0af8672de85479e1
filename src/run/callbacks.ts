import { callCallback } from "../callback/call.ts";
import { type CallbackError, REASON, type Reason } from "../callback/reasons.ts";
import { BakupError, CancelledError } from "../errors/errors.ts";
import type { ScriptOutcome } from "../process/script.ts";
import type { RunContext } from "./context.ts";

/** A callback that could not be started, was killed or took too long: before the backup that is an error of the run. */
class CallbackFailedError extends BakupError {}

/**
 * Asks the callback before something begins (reasons 7 and 1).
 * @throws CancelledError when it answers other than zero, the signal's reason when the run is being stopped, and an
 * error when it cannot answer at all.
 */
export async function askCallback(context: RunContext, reason: Reason): Promise<void> {
  const outcome = await call(context, reason, []);
  // However the script took it: a run that is being stopped was stopped, not cancelled.
  context.signal.throwIfAborted();
  if (outcome === undefined || (outcome.kind === "returned" && outcome.code === 0)) {
    return;
  }
  if (outcome.kind === "returned") {
    throw new CancelledError(`the callback cancelled the backup: it returned ${outcome.code} for reason ${reason}`, {
      hint: "its output, if there was any, stands above",
    });
  }
  const { text, hint } = describeOutcome(outcome);
  throw new CallbackFailedError(`the callback ${text}`, { hint });
}

/** Tells the callback what has happened (reasons 2, 3, 4 and 8). What it returns can only be a warning. */
export async function tellCallback(context: RunContext, reason: Reason, extras: readonly string[] = []): Promise<void> {
  const outcome = await call(context, reason, extras);
  if (outcome === undefined || (outcome.kind === "returned" && outcome.code === 0)) {
    return;
  }
  context.warnings += 1;
  if (outcome.kind === "returned") {
    context.journal.event("callbackComplained", { reason, code: outcome.code });
  } else if (outcome.kind === "timed-out") {
    context.journal.event("callbackTimedOut", { reason, seconds: context.job.callback?.timeoutSeconds ?? 0 });
  } else {
    const { text, hint } = describeOutcome(outcome);
    context.journal.event("callbackFailed", { reason, error: text, hint });
  }
}

/** Tells the callback of an error (reason 4). */
export async function reportError(context: RunContext, code: CallbackError, extra?: string): Promise<void> {
  await tellCallback(context, REASON.error, [String(code), ...(extra === undefined ? [] : [extra])]);
}

async function call(
  context: RunContext,
  reason: Reason,
  extras: readonly string[],
): Promise<ScriptOutcome | undefined> {
  const { job, journal, signal } = context;
  if (job.callback === undefined || job.dryRun) {
    return undefined;
  }
  journal.event("callbackCalled", { reason, path: job.callback.path });
  return callCallback(job.callback, reason, extras, {
    // A run that is being stopped still tells the callback so; only its time limit stops that.
    signal: signal.aborted ? undefined : signal,
    onLine: (stream, line) => journal.event("callbackOutput", { stream, line }),
  });
}

function describeOutcome(outcome: Exclude<ScriptOutcome, { kind: "returned" }>): { text: string; hint: string } {
  switch (outcome.kind) {
    case "killed":
      return { text: `was killed by ${outcome.signal}`, hint: "look at its output above" };
    case "timed-out":
      return { text: "took too long and was killed", hint: "raise [callback] timeout, or look at what it waits for" };
    case "not-startable":
      return { text: `cannot be called: ${outcome.message}`, hint: outcome.hint };
  }
}
