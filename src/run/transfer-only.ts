import type { DestinationContextUnavailable } from "../errors/errors.ts";
import { copyEverything } from "../transfer/apply.ts";
import { mostDeletions } from "../transfer/guard.ts";
import { isEmptyPlan, planTransfer, type TransferPlan } from "../transfer/plan.ts";
import { type RunContext, rsyncContext } from "./context.ts";
import { refuseDisaster } from "./disaster.ts";
import { withRetries } from "./retry.ts";
import { announcePlan, announceTransfer, progressOf, remoteTransferOf, type Transferred } from "./transfer-facts.ts";

/**
 * Where nothing but rsync works there are no snapshots to be had from here: that is an error before anything is
 * transferred, unless the run may be content with the transfer, which the log then says.
 */
export function refuseSnapshots({ job, journal }: RunContext, error: DestinationContextUnavailable): void {
  const { backup, snapshot, rotate } = job.actions;
  if (!snapshot && !rotate) {
    return;
  }
  if (job.reach?.transferIsEnough !== true || !backup) {
    throw error;
  }
  journal.event("snapshotSkipped", { reason: "it is the business of the machine that receives the backup" });
}

/** Finds out what has changed, for the guard and the progress. */
export async function planPlainTransfer(context: RunContext): Promise<void> {
  const plan = await withRetries(context, () => planTransfer(remoteTransferOf(context), rsyncContext(context)));
  context.plan = plan;
  announcePlan(context, plan);
  if (!isNew(plan)) {
    await refuseDisaster(context, plan, {
      hint: "look at the source; if this is right, raise max_delete or max_rewrite in [transfer] for one run",
    });
  }
}

/** One plain rsync that also deletes: whoever keeps history there protects it from changes in place. */
export async function transferPlain(context: RunContext): Promise<void> {
  const { plan, job } = context;
  if (plan !== undefined && isEmptyPlan(plan) && job.skipUnchanged) {
    announceTransfer(context, { source: plan.source, changes: plan.changes, problems: plan.problems, unchanged: true });
    return;
  }
  const { source, problems, deletionsHeld } = await withRetries(context, () =>
    copyEverything(remoteTransferOf(context), {
      context: rsyncContext(context),
      mostDeletions: mostDeletions(plan),
      onProgress: progressOf(context, plan?.changes),
    }),
  );
  const none = { created: 0, changed: 0, attributes: 0, deleted: 0, bytes: 0 };
  const transferred: Transferred = {
    source,
    problems,
    changes: plan?.changes ?? none,
    unchanged: plan !== undefined && isEmptyPlan(plan),
  };
  announceTransfer(context, transferred, { deletionsHeld });
}

function isNew({ changes, source }: TransferPlan): boolean {
  return changes.created >= source.entries - 1 && changes.deleted === 0;
}
