import { formatCount } from "../units/size.ts";
import type { TransferPlan } from "./plan.ts";

/** How much of the mirror one run may delete or rewrite, in percent of its files. */
export interface GuardLimits {
  maxDeletePercent: number;
  maxRewritePercent: number;
}

export const DEFAULT_GUARD_LIMITS: GuardLimits = { maxDeletePercent: 50, maxRewritePercent: 50 };

/** Plans that touch fewer paths than this pass the proportional limits: half of a handful is an ordinary day. */
export const SMALL_CHANGE = 20;

export type GuardVerdict = { ok: true } | { ok: false; reason: string };

/** Judges whether a plan looks like a day's work or like a disaster that must not reach the mirror. Pure. */
export function guardPlan(plan: Pick<TransferPlan, "source" | "changes">, limits: GuardLimits): GuardVerdict {
  const { changed, deleted } = plan.changes;
  const before = entriesBefore(plan);
  if (before > 0 && deleted >= before) {
    return { ok: false, reason: `every one of the mirror's ${formatCount(before)} entries would be deleted` };
  }
  const rules = [
    { count: deleted, limit: limits.maxDeletePercent, verb: "deleted" },
    { count: changed, limit: limits.maxRewritePercent, verb: "rewritten" },
  ];
  for (const { count, limit, verb } of rules) {
    if (count >= SMALL_CHANGE && count > (before * limit) / 100) {
      const percent = Math.round((count / before) * 100);
      return {
        ok: false,
        reason: `${formatCount(count)} of the mirror's ${formatCount(before)} entries (${percent} %) would be ${verb}, more than the ${limit} % that are allowed`,
      };
    }
  }
  return { ok: true };
}

/** How many deletions a transfer may do after a plan: a hundredth more, for what the source loses meanwhile. Pure. */
export function mostDeletions(plan: Pick<TransferPlan, "source" | "changes"> | undefined): number {
  return plan === undefined
    ? SMALL_CHANGE
    : plan.changes.deleted + Math.max(SMALL_CHANGE, Math.floor(entriesBefore(plan) / 100));
}

function entriesBefore({ source, changes }: Pick<TransferPlan, "source" | "changes">): number {
  const { created, changed, deleted } = changes;
  return Math.max(source.entries - 1 - created + deleted, deleted + changed);
}
