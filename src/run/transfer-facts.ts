import { resolve } from "node:path";
import { printable } from "../path/byte-path.ts";
import type { HandoverTransfer } from "../store/handover.ts";
import type { ChangeCounts, Transfer, TransferPlan } from "../transfer/plan.ts";
import type { Problem } from "../transfer/problems.ts";
import type { Progress } from "../transfer/progress.ts";
import type { RunContext } from "./context.ts";
import { farOf } from "./far-run.ts";

export type Transferred = NonNullable<RunContext["transferred"]>;

/** So many problems are logged one by one; the rest is counted. */
const LOGGED_PROBLEMS = 20;

/** Says what a plan would do. */
export function announcePlan({ journal }: RunContext, { changes }: TransferPlan): void {
  const { created, changed, attributes, deleted, bytes } = changes;
  journal.event("planMade", { created, changed: changed + attributes, deleted, bytes });
}

/** Keeps what a transfer did, and says it. */
export function announceTransfer(
  context: RunContext,
  transferred: Transferred,
  { deletionsHeld = false }: { deletionsHeld?: boolean } = {},
): void {
  const { journal } = context;
  context.transferred = transferred;
  if (deletionsHeld) {
    journal.event("warning", {
      text: "a folder of the source cannot be read, so rsync deleted nothing in the mirror",
    });
  }
  for (const { kind, path, reason } of transferred.problems.slice(0, LOGGED_PROBLEMS)) {
    journal.event("sourceProblem", { problem: kind, path: printable(path), reason });
  }
  if (transferred.problems.length > LOGGED_PROBLEMS) {
    journal.event("problemsMore", { count: transferred.problems.length - LOGGED_PROBLEMS });
  }
  if (transferred.unchanged) {
    journal.event("nothingChanged", {});
  }
}

/** What is known of the transfer that a snapshot follows: of this run, or of the run that handed it over. */
export function factsOf({ job, transferred }: RunContext): HandoverTransfer | undefined {
  if (job.handover !== undefined) {
    return job.handover.transferred;
  }
  if (transferred === undefined) {
    return undefined;
  }
  const { source, changes, problems, unchanged } = transferred;
  const count = (wanted: Problem["kind"]) => problems.filter(({ kind }) => kind === wanted).length;
  return { ...source, changes, vanished: count("vanished"), unreadable: count("unreadable"), unchanged };
}

/** The transfer of a run whose destination is on another machine. */
export function remoteTransferOf(context: RunContext): Transfer {
  const { job } = context;
  return { source: resolve(job.source), target: farOf(context).target, filters: job.filters };
}

/** Tells the run's observer how far it is. */
export function progressOf(
  { observer }: RunContext,
  changes: ChangeCounts | undefined,
): ((progress: Progress) => void) | undefined {
  const { onProgress } = observer;
  const total = changes === undefined ? undefined : { bytes: changes.bytes, files: changes.created + changes.changed };
  return onProgress === undefined ? undefined : (progress) => onProgress(progress, total);
}

/** Each path once. */
export function distinctProblems(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.path, problem])).values()];
}
