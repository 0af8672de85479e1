import { hostname } from "node:os";
import { join } from "node:path";
import { CALLBACK_ERROR, REASON } from "../callback/reasons.ts";
import { StoreError } from "../errors/errors.ts";
import { chooseBackend } from "../store/backend.ts";
import { inStore, type Store } from "../store/layout.ts";
import { listSnapshots, newestComplete } from "../store/list.ts";
import { measureTree } from "../store/measure.ts";
import { isMirrorChanged, unmarkMirrorChanged } from "../store/mirror-state.ts";
import { snapshotName } from "../store/names.ts";
import { ensureNameIsFree, publishSnapshot } from "../store/publish.ts";
import type { CommitRecord } from "../store/records.ts";
import type { TreeSize } from "../transfer/statistics.ts";
import { reportError, tellCallback } from "./callbacks.ts";
import { type RunContext, rsyncContext } from "./context.ts";

/** A mirror with less than this share of the newest snapshot's entries makes a suspect snapshot, where no guard was. */
const SUSPECT_SHARE = 0.5;

/** The name of this run's snapshot must be free before anything is changed. @throws SnapshotExistsError */
export async function checkSnapshotName({ job, store, startedAt }: RunContext): Promise<void> {
  if (job.actions.snapshot && store !== undefined) {
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
  const record = await recordOf(context, store);
  const published = await publishSnapshot(store, {
    backend: chooseBackend(store),
    record,
    context: rsyncContext(context),
  });
  unmarkMirrorChanged(store);
  context.snapshot = published;
  journal.event("snapshotTaken", { snapshot: name, state: published.state });
  if (published.linkLimit !== undefined) {
    journal.event("linkLimit", { count: published.linkLimit });
  }
  if (published.state === "incomplete") {
    await reportError(context, CALLBACK_ERROR.incomplete, name);
  }
  await tellCallback(context, REASON.snapshotTaken, [name, join(store.path, name)]);
}

function canSkip({ job, transferred }: RunContext, store: Store): boolean {
  return (
    job.skipUnchanged &&
    transferred?.unchanged === true &&
    transferred.problems.length === 0 &&
    !isMirrorChanged(store) &&
    newestComplete(listSnapshots(store).snapshots) !== undefined
  );
}

async function recordOf(context: RunContext, store: Store): Promise<CommitRecord> {
  const { job, transferred, startedAt } = context;
  const size = transferred?.source ?? (await measureTree(inStore(store, store.mirror)));
  const problems = transferred?.problems ?? [];
  return {
    name: snapshotName(startedAt),
    state: stateOf(context, store, size),
    started: startedAt.toISOString(),
    finished: startedAt.toISOString(),
    origin: "run",
    host: hostname(),
    profile: job.profile.name,
    source: job.source,
    entries: size.entries,
    bytes: size.bytes,
    ...(transferred === undefined ? {} : { changes: transferred.changes }),
    vanished: problems.filter(({ kind }) => kind === "vanished").length,
    unreadable: problems.filter(({ kind }) => kind === "unreadable").length,
  };
}

function stateOf({ transferred }: RunContext, store: Store, size: TreeSize): CommitRecord["state"] {
  if (transferred !== undefined) {
    return transferred.problems.length === 0 ? "complete" : "incomplete";
  }
  const before = newestComplete(listSnapshots(store).snapshots)?.record?.entries ?? 0;
  return size.entries < before * SUSPECT_SHARE ? "suspect" : "complete";
}
