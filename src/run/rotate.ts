import { describeError } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { planRotation, type RotationDecision } from "../retention/plan.ts";
import { chooseBackend } from "../store/backend.ts";
import { inStore, METADATA, namesIn, PARTS, type Store } from "../store/layout.ts";
import { type Listing, listSnapshots, type Snapshot } from "../store/list.ts";
import { emptyTrash, retireSnapshot } from "../store/trash.ts";
import type { RunContext } from "./context.ts";
import type { RotationRules } from "./job.ts";

/** What rotation would do with each snapshot, and why. */
export function decideRotation(
  snapshots: readonly Snapshot[],
  rules: RotationRules,
  now: Date,
): { snapshot: Snapshot; decision: RotationDecision }[] {
  const decisions = planRotation({
    snapshots: snapshots.map(({ name, instant, state, record }) => ({
      name,
      instant,
      state,
      pinned: record?.pin !== undefined,
    })),
    ...rules,
    now: now.getTime(),
  });
  return snapshots.flatMap((snapshot, index) => {
    const decision = decisions[index];
    return decision === undefined ? [] : [{ snapshot, decision }];
  });
}

/** Why rotation must wait: nothing is removed while something looks wrong. */
export function reasonToHold(snapshots: readonly Snapshot[]): string | undefined {
  const newest = snapshots.at(-1);
  if (newest?.state === "damaged") {
    return `the newest snapshot ${newest.name} is damaged; see what can be healed: bakup repair --dry-run`;
  }
  return newest?.state === "suspect"
    ? `the newest snapshot ${newest.name} is suspect; look at it, then: bakup accept`
    : undefined;
}

/** Removes what the rotation scheme does not keep, oldest first. The youngest of them becomes the spare. */
export async function rotateSnapshots(context: RunContext): Promise<void> {
  const { job, store } = context;
  if (store === undefined) {
    if (job.dryRun) {
      return;
    }
    throw new StoreError("the store is not open");
  }
  const expired = expiredSnapshots(context, listSnapshots(store));
  if (!job.dryRun) {
    await removeExpired(context, store, expired);
  }
}

/** Says what stays and why. @returns what must go, oldest first; nothing while something looks wrong. */
export function expiredSnapshots(context: RunContext, { snapshots, strays }: Listing): Snapshot[] {
  const { job, journal, startedAt } = context;
  for (const { name, reason } of strays) {
    journal.event("warning", { text: `"${name}" is left alone: ${reason}` });
  }
  const hold = reasonToHold(snapshots);
  if (hold !== undefined) {
    journal.event("rotationHeld", { reason: hold });
    return [];
  }
  const now = new Date(Math.max(Date.now(), startedAt.getTime()));
  const decided = decideRotation(snapshots, job.rotation, now);
  for (const { snapshot, decision } of decided) {
    if (decision.reasons.includes("future")) {
      journal.event("futureSnapshot", { snapshot: snapshot.name });
    } else if (decision.action === "keep") {
      journal.event("snapshotKept", { snapshot: snapshot.name, reasons: decision.reasons.join(", ") });
    }
  }
  const expired = decided.flatMap(({ snapshot, decision }) => (decision.action === "remove" ? [snapshot] : []));
  if (job.dryRun) {
    for (const { name } of expired) {
      journal.event("dryRun", { text: `snapshot ${name} would be removed` });
    }
  }
  return expired;
}

async function removeExpired(context: RunContext, store: Store, expired: readonly Snapshot[]): Promise<void> {
  const { journal, signal } = context;
  const spare = expired.length > 0 && wantsSpare(store) ? expired.at(-1) : undefined;
  for (const snapshot of expired) {
    signal.throwIfAborted();
    await retireSnapshot(store, snapshot, snapshot === spare ? "spare" : "trash");
    context.removed.push(snapshot.name);
    journal.event("snapshotRemoved", { snapshot: snapshot.name });
  }
  try {
    await emptyTrash(store, signal);
  } catch (error) {
    signal.throwIfAborted();
    context.warnings += 1;
    journal.event("warning", { text: `${describeError(error)}; the next run tries again` });
  }
}

/** Only trees of hard links can be refreshed, and one spare is enough. */
function wantsSpare(store: Store): boolean {
  return chooseBackend(store) === "hardlink" && namesIn(inStore(store, METADATA, PARTS.spare)).length === 0;
}
