import { GuardError } from "../errors/errors.ts";
import { isAccepted, type Refusal } from "../store/suspect-plan.ts";
import { guardPlan } from "../transfer/guard.ts";
import type { TransferPlan } from "../transfer/plan.ts";
import type { RunContext } from "./context.ts";

export interface DisasterNotes {
  /** A plan that was refused before, and that a person may have accepted since. */
  earlier?: Refusal | undefined;
  note?(refusal: Refusal): Promise<void> | void;
  hint: string;
}

/** Stops a run whose plan looks like a disaster, unless a person accepted it. @throws GuardError */
export async function refuseDisaster(
  { job, journal, startedAt }: RunContext,
  plan: TransferPlan,
  { earlier, note, hint }: DisasterNotes,
): Promise<void> {
  const verdict = guardPlan(plan, job.guard);
  if (verdict.ok) {
    return;
  }
  const { deleted, changed } = plan.changes;
  if (earlier !== undefined && isAccepted(earlier, { deleted, changed })) {
    journal.event("warning", { text: `accepted before, so done now: ${verdict.reason}` });
    return;
  }
  if (!job.dryRun) {
    const before = plan.source.entries - 1 - plan.changes.created + deleted;
    await note?.({ when: startedAt.toISOString(), reason: verdict.reason, deleted, changed, before });
  }
  throw new GuardError(`the source ${job.source} looks wrong: ${verdict.reason}; nothing was changed`, { hint });
}
