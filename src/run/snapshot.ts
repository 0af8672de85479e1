import { hostname } from "node:os";
import { join } from "node:path";
import { CALLBACK_ERROR, REASON } from "../callback/reasons.ts";
import { StoreError } from "../errors/errors.ts";
import { chooseBackend } from "../store/backend.ts";
import { inStore, type Store } from "../store/layout.ts";
import { listSnapshots, newestComplete, type Snapshot } from "../store/list.ts";
import { measureTree, stateWithoutGuard } from "../store/measure.ts";
import { isMirrorChanged, unmarkMirrorChanged } from "../store/mirror-state.ts";
import { snapshotName } from "../store/names.ts";
import { ensureNameIsFree, publishSnapshot } from "../store/publish.ts";
import type { CommitRecord } from "../store/records.ts";
import { reportError, tellCallback } from "./callbacks.ts";
import { type RunContext, rsyncContext } from "./context.ts";
import { beginManifest } from "./manifest.ts";
import { factsOf } from "./transfer-facts.ts";

/** The name of this run's snapshot must be free before anything is changed. @throws SnapshotExistsError */
export async function checkSnapshotName({ job, store, startedAt }: RunContext): Promise<void> {
  if (job.actions.snapshot && !job.dryRun && store !== undefined) {
    ensureNameIsFree(store, snapshotName(startedAt));
  }
}

/** Takes the snapshot and tells the callback of it. */
export async function takeSnapshot(context: RunContext): Promise<void> {
  const { job, journal, store, startedAt } = context;
  const name = snapshotName(startedAt);
  if (job.dryRun) {
    journal.event("dryRun", { text: `a snapshot ${name} would be taken` });
    return;
  }
  if (store === undefined) {
    throw new StoreError("the store is not open");
  }
  if (canSkip(context, store)) {
    journal.event("snapshotSkipped", { reason: "nothing has changed since the newest snapshot" });
    return;
  }
  const { snapshots } = listSnapshots(store);
  const size = factsOf(context) ?? (await measureTree(inStore(store, store.mirror)));
  const record = recordFor(context, stateFor(context, size, newestComplete(snapshots)), size);
  const manifest = beginManifest(context, store, record);
  let published: CommitRecord;
  try {
    published = await publishSnapshot(store, {
      backend: chooseBackend(store),
      record,
      differing: context.spareDiffers,
      context: rsyncContext(context),
      onBuilt: () => manifest.goOn(),
    });
    unmarkMirrorChanged(store, published.name);
    await announceSnapshot(context, published, join(store.path, name));
  } catch (error) {
    await manifest.abandon();
    throw error;
  }
  await manifest.seal(published);
}

/** Says that a snapshot was taken, to the log and to the callback. */
export async function announceSnapshot(context: RunContext, published: CommitRecord, path: string): Promise<void> {
  const { journal } = context;
  const { name } = published;
  context.snapshot = published;
  journal.event("snapshotTaken", { snapshot: name, state: published.state });
  if (published.linkLimit !== undefined) {
    journal.event("linkLimit", { count: published.linkLimit });
  }
  if (published.state === "incomplete") {
    await reportError(context, CALLBACK_ERROR.incomplete, name);
  }
  await tellCallback(context, REASON.snapshotTaken, [name, path]);
}

/** The record of this run's snapshot, as far as it is known before the snapshot is made. */
export function recordFor(
  context: RunContext,
  state: CommitRecord["state"],
  size: { entries: number; bytes: number },
): CommitRecord {
  const { job, startedAt } = context;
  const facts = factsOf(context);
  return {
    name: snapshotName(startedAt),
    state,
    started: startedAt.toISOString(),
    finished: startedAt.toISOString(),
    origin: "run",
    host: job.handover?.host ?? hostname(),
    profile: job.handover?.profile ?? job.profile.name,
    source: job.handover?.source ?? job.source,
    entries: size.entries,
    bytes: size.bytes,
    ...(facts === undefined ? {} : { changes: facts.changes }),
    vanished: facts?.vanished ?? 0,
    unreadable: facts?.unreadable ?? 0,
  };
}

/** Without a transfer there was no guard: then the newest complete snapshot says whether the mirror looks whole. */
export function stateFor(
  context: RunContext,
  size: { entries: number },
  newest: Snapshot | undefined,
): CommitRecord["state"] {
  const facts = factsOf(context);
  if (facts !== undefined) {
    return facts.vanished + facts.unreadable === 0 ? "complete" : "incomplete";
  }
  return stateWithoutGuard(size.entries, newest?.record?.entries ?? 0);
}

function canSkip(context: RunContext, store: Store): boolean {
  const facts = factsOf(context);
  return (
    context.job.skipUnchanged &&
    facts?.unchanged === true &&
    facts.vanished + facts.unreadable === 0 &&
    !isMirrorChanged(store) &&
    newestComplete(listSnapshots(store).snapshots) !== undefined
  );
}
