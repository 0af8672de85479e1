import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { SnapshotExistsError } from "../errors/errors.ts";
import { isRotationPostponed, watchClock } from "../run/clock.ts";
import type { RunContext } from "../run/context.ts";
import { rsyncContext } from "../run/context.ts";
import { rotateSnapshots } from "../run/rotate.ts";
import { chooseBackend } from "../store/backend.ts";
import { inStore, METADATA, PARTS, type Store } from "../store/layout.ts";
import { listSnapshots, newestComplete } from "../store/list.ts";
import { measureTree, stateWithoutGuard } from "../store/measure.ts";
import { forgetMirrorSnapshot } from "../store/mirror-state.ts";
import { snapshotName } from "../store/names.ts";
import { ensureNameIsFree, publishSnapshot, revealSnapshot } from "../store/publish.ts";
import { type CommitRecord, writeRecord } from "../store/records.ts";
import { emptyTrash, trashLeftovers } from "../store/trash.ts";
import { syncFileSystem } from "../store/whole-tree.ts";
import { isEmptyPlan, planTransfer } from "../transfer/plan.ts";
import { copyDetached } from "./detached-copy.ts";
import { detachModule, mayShareInodes, readDetachment, writeDetachment } from "./detachment.ts";

const SECOND_MS = 1000;

/** What became of an upload. */
export type Kept =
  | { kind: "kept"; record: CommitRecord; before: number | undefined }
  | { kind: "unchanged"; snapshot: string };

/**
 * Takes a snapshot of the module and rotates. `certain`: an upload has been here; otherwise the module is compared with
 * the newest snapshot first, and nothing happens when they agree.
 */
export async function keepUpload(
  context: RunContext,
  store: Store,
  { certain, rotate }: { certain: boolean; rotate: boolean },
): Promise<Kept> {
  const unchanged = certain ? undefined : await equalSnapshot(context, store);
  if (unchanged !== undefined) {
    return { kind: "unchanged", snapshot: unchanged };
  }
  const isShared = mayShareInodes(store);
  const before = newestComplete(listSnapshots(store).snapshots)?.record?.entries;
  const record = await publish(context, store, await recordOf(context, store, before));
  if (isShared) {
    await detachModule(context, store);
    writeDetachment(store, { snapshot: record.name, builtAt: Date.now() });
  }
  if (rotate) {
    await watchClock(context);
  }
  if (rotate && !isRotationPostponed(context)) {
    await rotateSnapshots(context);
  }
  // A spare is linked to history: nothing may be built in it but links to the mirror, which this store has none of.
  trashLeftovers(store, PARTS.spare);
  await emptyTrash(store);
  return { kind: "kept", record, before };
}

async function equalSnapshot(context: RunContext, store: Store): Promise<string | undefined> {
  const newest = listSnapshots(store).snapshots.at(-1);
  if (newest === undefined) {
    return undefined;
  }
  const trees = { source: inStore(store, store.mirror), target: inStore(store, newest.name) };
  const plan = await planTransfer({ ...trees, filters: context.job.filters }, rsyncContext(context));
  return isEmptyPlan(plan) ? newest.name : undefined;
}

async function recordOf({ job, startedAt }: RunContext, store: Store, before = 0): Promise<CommitRecord> {
  const size = await measureTree(inStore(store, store.mirror));
  return {
    name: await freeName(store, startedAt),
    state: stateWithoutGuard(size.entries, before),
    started: startedAt.toISOString(),
    finished: startedAt.toISOString(),
    origin: "run",
    host: hostname(),
    profile: job.profile.name,
    source: job.source,
    entries: size.entries,
    bytes: size.bytes,
  };
}

/** The second in which the upload began, or the next one in which no other did. */
async function freeName(store: Store, startedAt: Date): Promise<string> {
  for (let instant = startedAt.getTime(); ; instant += SECOND_MS) {
    const name = snapshotName(new Date(instant));
    try {
      ensureNameIsFree(store, name);
      await sleep(Math.max(0, instant - Date.now()));
      return name;
    } catch (error) {
      if (!(error instanceof SnapshotExistsError)) {
        throw error;
      }
    }
  }
}

async function publish(context: RunContext, store: Store, record: CommitRecord): Promise<CommitRecord> {
  const builtAt = Date.now();
  forgetMirrorSnapshot(store);
  const backend = chooseBackend(store);
  const published =
    backend === "hardlink"
      ? await publishDetached(context, store, record)
      : await publishSnapshot(store, { backend, record, context: rsyncContext(context) });
  writeDetachment(store, { snapshot: published.name, builtAt });
  context.snapshot = published;
  context.journal.event("snapshotTaken", { snapshot: published.name, state: published.state });
  return published;
}

/** As `publishSnapshot` does it, but with no link into the module. */
async function publishDetached(context: RunContext, store: Store, record: CommitRecord): Promise<CommitRecord> {
  const hidden = inStore(store, METADATA, PARTS.building, record.name);
  const newest = listSnapshots(store).snapshots.at(-1)?.name;
  const detachment = readDetachment(store);
  mkdirSync(hidden, { mode: 0o700 });
  await copyDetached(
    {
      module: inStore(store, store.mirror),
      target: hidden,
      previous: newest === undefined ? undefined : inStore(store, newest),
      builtAt: detachment?.snapshot === newest ? detachment?.builtAt : undefined,
    },
    rsyncContext(context),
  );
  await syncFileSystem(hidden, rsyncContext(context));
  const finished = { ...record, finished: new Date().toISOString(), backend: "hardlink" };
  writeRecord(store, finished);
  await revealSnapshot(store, finished);
  return finished;
}
