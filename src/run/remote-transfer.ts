import { BakupError } from "../errors/errors.ts";
import { bytePathFromLatin1, toBuffer } from "../path/byte-path.ts";
import { beginChanges, endChanges, noteRefusal, removeFarPaths, unshareFarPaths } from "../remote/change-mirror.ts";
import type { FarStore } from "../remote/far-store.ts";
import { checkRefusal, type Refusal } from "../store/suspect-plan.ts";
import { changeMirror, copyEverything } from "../transfer/apply.ts";
import { isEmptyPlan, planTransfer, type TransferPlan } from "../transfer/plan.ts";
import { type RunContext, rsyncContext } from "./context.ts";
import { refuseDisaster } from "./disaster.ts";
import { type FarRun, farOf } from "./far-run.ts";
import { withRetries } from "./retry.ts";
import {
  announcePlan,
  announceTransfer,
  distinctProblems,
  progressOf,
  remoteTransferOf,
  type Transferred,
} from "./transfer-facts.ts";
import { planPlainTransfer, transferPlain } from "./transfer-only.ts";

/** Finds out over ssh what has changed and refuses what looks like a disaster. An empty mirror needs no plan. */
export async function planRemoteChanges(context: RunContext): Promise<void> {
  if (farOf(context).machine === undefined) {
    await planPlainTransfer(context);
    return;
  }
  await withRetries(context, () => makePlan(context));
}

/** Brings the mirror there up to date; deletions and copies of shared inodes are made there. */
export async function transferRemoteChanges(context: RunContext): Promise<void> {
  if (farOf(context).machine === undefined) {
    await transferPlain(context);
    return;
  }
  const transferred = await withRetries(context, async (attempt) => {
    if (attempt > 0) {
      await makePlan(context);
    }
    const { plan } = context;
    return plan === undefined ? await fillMirror(context) : await updateMirror(context, plan);
  });
  await withRetries(context, () => endChanges(storeOf(context)));
  announceTransfer(context, transferred, { deletionsHeld: context.plan?.deletionsHeld === true });
}

async function makePlan(context: RunContext): Promise<void> {
  const far = farOf(context);
  const isFilled = far.facts?.mirrorState === "filled";
  if (!context.job.dryRun && !isFilled) {
    return;
  }
  const plan = await planTransfer(remoteTransferOf(context), rsyncContext(context));
  context.plan = plan;
  announcePlan(context, plan);
  if (isFilled) {
    const { store } = far;
    await refuseDisaster(context, plan, {
      earlier: earlierRefusal(far),
      ...(store === undefined ? {} : { note: (refusal: Refusal) => noteRefusal(store, refusal) }),
      hint: hintOf(far),
    });
  }
}

function earlierRefusal({ facts, where }: FarRun): Refusal | undefined {
  if (facts?.refusal === undefined) {
    return undefined;
  }
  let json: unknown;
  try {
    json = JSON.parse(toBuffer(bytePathFromLatin1(facts.refusal)).toString());
  } catch {
    json = {};
  }
  return checkRefusal(json as Record<string, unknown>, where);
}

function hintOf({ machine, facts, host }: FarRun): string {
  const look = "look at the source; if this is right,";
  return machine?.bakup === undefined
    ? `${look} raise max_delete or max_rewrite in [transfer] for one run`
    : `${look} run on ${host?.hostname}: bakup accept --store ${facts?.path}`;
}

async function fillMirror(context: RunContext): Promise<Transferred> {
  await beginChanges(storeOf(context), 0);
  const { source, problems } = await copyEverything(remoteTransferOf(context), {
    context: rsyncContext(context),
    onProgress: progressOf(context, undefined),
  });
  const created = source.entries - 1;
  const changes = { created, changed: 0, attributes: 0, deleted: 0, bytes: source.bytes };
  return { source, problems, changes, unchanged: false };
}

async function updateMirror(context: RunContext, plan: TransferPlan): Promise<Transferred> {
  const done = { source: plan.source, changes: plan.changes };
  if (isEmptyPlan(plan)) {
    return { ...done, problems: plan.problems, unchanged: true };
  }
  const store = storeOf(context);
  await beginChanges(store, plan.changes.bytes);
  await removeFarPaths(store, plan.deletions);
  const problems = await changeMirror(remoteTransferOf(context), plan, {
    context: rsyncContext(context),
    unshare: (items) => unshareFarPaths(store, items),
    onProgress: progressOf(context, plan.changes),
  });
  return { ...done, problems: distinctProblems([...plan.problems, ...problems]), unchanged: false };
}

function storeOf(context: RunContext): FarStore {
  const { store } = farOf(context);
  if (store === undefined) {
    throw new BakupError("the store is not open");
  }
  return store;
}
