import { existsSync, readdirSync, statfsSync } from "node:fs";
import { resolve } from "node:path";
import { StoreError } from "../errors/errors.ts";
import { type BytePath, TOP } from "../path/byte-path.ts";
import { contains } from "../path/containment.ts";
import { createMirror, isSubvolume } from "../store/backend.ts";
import { inStore, METADATA, PARTS, type Store } from "../store/layout.ts";
import { markMirrorChanged, snapshotOfMirror } from "../store/mirror-state.ts";
import { refreshSpare } from "../store/spare.ts";
import { clearRefusal, readRefusal, writeRefusal } from "../store/suspect-plan.ts";
import { emptyTrash, trashLeftovers } from "../store/trash.ts";
import { changeMirror } from "../transfer/apply.ts";
import type { Item } from "../transfer/items.ts";
import {
  type ChangeCounts,
  type Deletion,
  isEmptyPlan,
  TOP_ITEM,
  type Transfer,
  type TransferPlan,
} from "../transfer/plan.ts";
import type { Problem } from "../transfer/problems.ts";
import { removePaths } from "../transfer/remove.ts";
import { unshare } from "../transfer/unshare.ts";
import { type RunContext, rsyncContext } from "./context.ts";
import { refuseDisaster } from "./disaster.ts";
import { findChanges } from "./find-changes.ts";
import { fillEmptyMirror } from "./first-transfer.ts";
import { packSurvey } from "./keep-index.ts";
import { announcePlan, announceTransfer, distinctProblems, progressOf, type Transferred } from "./transfer-facts.ts";

/** Room to leave on the backup disk beyond what the plan copies. */
const SPACE_MARGIN_BYTES = 16 * 1024 * 1024;

/** From here on it is worth the work to leave the contents of a file alone when only its attributes change. */
const MOST_BYTES_COPIED_ANEW = 64 * 1024;

/** Finds out what has changed and refuses what looks like a disaster. An empty mirror needs no plan. */
export async function planChanges(context: RunContext): Promise<void> {
  const { job, store } = context;
  if (!job.dryRun && (store === undefined || !mirrorHasContents(context))) {
    return;
  }
  const plan = await findChanges(context, transferOf(context));
  context.plan = plan;
  announcePlan(context, plan);
  if (store !== undefined && mirrorHasContents(context)) {
    await refuseDisaster(context, plan, {
      earlier: readRefusal(store),
      note: (refusal) => writeRefusal(store, refusal),
      hint: `look at the source; if this is right, run: bakup accept --store ${store.path}`,
    });
  }
}

/** Brings the mirror up to date: deletions, then what shares an inode with history, then rsync. */
export async function transferChanges(context: RunContext): Promise<void> {
  const { store, plan } = context;
  if (store === undefined) {
    throw new StoreError("the store is not open");
  }
  context.mirrorWas = snapshotOfMirror(store);
  const transferred = plan === undefined ? await fillMirror(context) : await updateMirror(context, plan);
  clearRefusal(store);
  announceTransfer(context, transferred, { deletionsHeld: plan?.deletionsHeld === true });
}

/** The first transfer: everything, in one walk. */
async function fillMirror(context: RunContext): Promise<Transferred> {
  const store = storeOf(context);
  if (!existsSync(inStore(store, store.mirror))) {
    await createMirror(store);
  }
  markMirrorChanged(store);
  const { source, problems } = await fillEmptyMirror(context, store, transferOf(context));
  const created = source.entries - 1;
  return {
    source,
    problems,
    changes: { created, changed: 0, attributes: 0, deleted: 0, bytes: source.bytes },
    unchanged: false,
  };
}

async function updateMirror(context: RunContext, plan: TransferPlan): Promise<Transferred> {
  const done = { source: plan.source, changes: plan.changes };
  packSurvey(context);
  if (isEmptyPlan(plan)) {
    context.changedPaths = new Set();
    return { ...done, problems: plan.problems, unchanged: true };
  }
  const store = storeOf(context);
  const mirror = inStore(store, store.mirror);
  markMirrorChanged(store);
  await makeRoom(context, plan.changes);
  await removePaths(mirror, plan.deletions, context.signal);
  const staging = inStore(store, METADATA, PARTS.building, "unshare");
  // A mirror that is a subvolume shares no inode with its snapshots.
  const isShared = !isSubvolume(mirror);
  const changed = new Set(namedPaths(plan.deletions));
  context.changedPaths = changed;
  const problems = await refreshSpareMeanwhile(context, { store, changed }, () =>
    changeMirror(transferOf(context), plan, {
      context: rsyncContext(context),
      unshare: async (items) => {
        const touched = isShared ? await unshare(mirror, items, { staging, context: rsyncContext(context) }) : [];
        for (const path of [...namedPaths(items), ...touched]) {
          changed.add(path);
        }
        return touched;
      },
      ...(isShared ? { mostBytesCopiedAnew: MOST_BYTES_COPIED_ANEW } : {}),
      onProgress: progressOf(context, plan.changes),
    }),
  );
  return { ...done, problems: distinctProblems([...plan.problems, ...problems]), unchanged: false };
}

/** For the snapshot, if there will be one: what it must still look at are the changes of this run. */
async function refreshSpareMeanwhile(
  context: RunContext,
  { store, changed }: { store: Store; changed: ReadonlySet<BytePath> },
  change: () => Promise<Problem[]>,
): Promise<Problem[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const refreshing = context.job.actions.snapshot ? refreshSpare(store, signal) : undefined;
  let problems: Problem[];
  let unrefreshed: ReadonlySet<BytePath> | undefined;
  try {
    problems = await change();
  } catch (error) {
    stop.abort();
    throw error;
  } finally {
    unrefreshed = await refreshing;
  }
  if (unrefreshed !== undefined && problems.length === 0) {
    context.spareDiffers = new Set([...changed, ...unrefreshed]);
  }
  return problems;
}

/** The paths that entries of a plan speak of. */
function namedPaths(entries: readonly (Deletion & Pick<Item, "leader">)[]): BytePath[] {
  const named = entries.map(({ path }) => (path === TOP_ITEM ? TOP : path));
  return [...named, ...entries.flatMap(({ leader }) => leader ?? [])];
}

/** The spare holds the space of an expired snapshot: where space is short, it goes first. */
async function makeRoom(context: RunContext, changes: ChangeCounts): Promise<void> {
  const store = storeOf(context);
  const { bavail, bsize } = statfsSync(`${store.root}/.`);
  if (bavail * bsize < changes.bytes + SPACE_MARGIN_BYTES) {
    trashLeftovers(store, PARTS.spare);
    await emptyTrash(store, context.signal);
  }
}

/**
 * The store itself never becomes part of its own backup, wherever it lies.
 */
function transferOf(context: RunContext): Transfer {
  const { job, store } = context;
  const target = job.destination.kind === "local" ? resolve(job.destination.directory) : job.location;
  const own = store !== undefined && contains(job.source, store.path) ? [`${escapePattern(store.path)}/`] : [];
  const filters = { ...job.filters, excludedRoots: [...own, ...job.filters.excludedRoots] };
  return { source: resolve(job.source), target: store === undefined ? target : store.mirror, filters };
}

function escapePattern(path: string): string {
  return /[*?[]/.test(path) ? path.replace(/[\\*?[]/g, "\\$&") : path;
}

function mirrorHasContents({ store }: RunContext): boolean {
  if (store === undefined) {
    return false;
  }
  const mirror = inStore(store, store.mirror);
  return existsSync(mirror) && readdirSync(mirror).length > 0;
}

function storeOf(context: RunContext): NonNullable<RunContext["store"]> {
  if (context.store === undefined) {
    throw new StoreError("the store is not open");
  }
  return context.store;
}
