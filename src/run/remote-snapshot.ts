import { hostname } from "node:os";
import {
  AlreadyRunningError,
  type BakupError,
  SnapshotExistsError,
  SnapshotsFolderNotFoundError,
  StoreError,
} from "../errors/errors.ts";
import { EXIT } from "../errors/exit-codes.ts";
import type { FarStore } from "../remote/far-store.ts";
import { finishThere } from "../remote/finish.ts";
import { listFarSnapshots } from "../remote/list.ts";
import { measureFarMirror } from "../remote/measure.ts";
import { ensureFarNameIsFree, publishFarSnapshot } from "../remote/publish.ts";
import { retireFarSnapshots } from "../remote/retire.ts";
import type { Handover, HandoverReport } from "../store/handover.ts";
import { newestComplete } from "../store/list.ts";
import { snapshotName } from "../store/names.ts";
import type { RunContext } from "./context.ts";
import { type FarRun, farOf } from "./far-run.ts";
import { withRetries } from "./retry.ts";
import { expiredSnapshots } from "./rotate.ts";
import { announceSnapshot, recordFor, stateFor } from "./snapshot.ts";
import { factsOf } from "./transfer-facts.ts";

/** The name of this run's snapshot must be free there before anything is changed. @throws SnapshotExistsError */
export async function checkRemoteName(context: RunContext): Promise<void> {
  const { store } = farOf(context);
  if (context.job.actions.snapshot && store !== undefined) {
    await withRetries(context, () => ensureFarNameIsFree(storeOf(context), snapshotName(context.startedAt)));
  }
}

/** Takes the snapshot there: by the bakup of that machine, which then rotates as well, or by plain tools. */
export async function takeRemoteSnapshot(context: RunContext): Promise<void> {
  const far = farOf(context);
  const { job, journal } = context;
  const name = snapshotName(context.startedAt);
  if (far.machine === undefined) {
    return;
  }
  if (job.dryRun) {
    journal.event("dryRun", { text: `a snapshot ${name} would be taken` });
    return;
  }
  if (await letBakupFinish(context, far)) {
    return;
  }
  if (await canSkip(context, far)) {
    journal.event("snapshotSkipped", { reason: "nothing has changed since the newest snapshot" });
    return;
  }
  const published = await withRetries(context, async () => {
    const store = storeOf(context);
    const size = factsOf(context) ?? (await measureFarMirror(store));
    const { snapshots } = await listFarSnapshots(store);
    const state = stateFor(context, size, newestComplete(snapshots));
    return publishFarSnapshot(store, recordFor(context, state, size), snapshots);
  });
  await announceSnapshot(context, published, `${far.where}/${name}`);
}

/** Removes there what the rotation scheme does not keep. */
export async function rotateRemoteSnapshots(context: RunContext): Promise<void> {
  const far = farOf(context);
  if (far.machine === undefined || far.finished === true) {
    return;
  }
  const { shell } = far.machine;
  if (!context.job.dryRun && (await letBakupFinish(context, far))) {
    return;
  }
  if (far.facts?.exists === false && context.job.dryRun) {
    return;
  }
  const path = far.facts?.path ?? "";
  const listing = await withRetries(context, () => listFarSnapshots({ shell, path, where: far.where }));
  const names = expiredSnapshots(context, listing).map((snapshot) => snapshot.name);
  if (names.length === 0 || context.job.dryRun) {
    return;
  }
  const emptied = await withRetries(context, () => retireFarSnapshots(storeOf(context), names));
  sayRemoved(context, names);
  if (!emptied) {
    context.warnings += 1;
    context.journal.event("warning", { text: `the trash of ${far.where} is not empty; the next run tries again` });
  }
}

/** @returns whether bakup is there and has done the rest. */
async function letBakupFinish(context: RunContext, far: FarRun): Promise<boolean> {
  const bakup = far.machine?.bakup;
  if (bakup === undefined) {
    return false;
  }
  const { snapshot, rotate } = context.job.actions;
  const mayRotate = rotate && context.clockJump === undefined;
  const onLine = (line: string) => context.journal.event("programOutput", { program: `bakup on ${far.where}`, line });
  const report = await withRetries(context, async (attempt) => {
    const taken = attempt > 0 ? await ownSnapshot(context) : undefined;
    if (taken !== undefined && !mayRotate) {
      return taken;
    }
    const actions = { snapshot: snapshot && taken === undefined, rotate: mayRotate };
    const said = await finishThere(storeOf(context), bakup, { handover: handoverOf(context), actions, onLine });
    return said === undefined || taken === undefined ? said : { ...said, ...taken, removed: said.removed };
  });
  if (report === undefined) {
    context.journal.event("warning", {
      text: `the bakup of ${far.where} is of another version: plain tools do its work`,
    });
    Object.assign(far, { machine: { ...far.machine, bakup: undefined } });
    await far.reconnect();
    return false;
  }
  far.finished = true;
  await takeReport(context, far, report);
  return true;
}

/** The snapshot of this very run, if it was made although the connection broke. */
async function ownSnapshot(context: RunContext): Promise<HandoverReport | undefined> {
  const { snapshots } = await listFarSnapshots(storeOf(context));
  const name = snapshotName(context.startedAt);
  const record = snapshots.find((snapshot) => snapshot.name === name)?.record;
  return record?.started === context.startedAt.toISOString()
    ? { exitCode: EXIT.done, record, removed: [], warnings: 0 }
    : undefined;
}

function handoverOf(context: RunContext): Handover {
  const { job, startedAt } = context;
  const transferred = factsOf(context);
  return {
    started: startedAt.toISOString(),
    host: hostname(),
    profile: job.profile.name,
    source: job.source,
    ...(transferred === undefined ? {} : { transferred }),
    skipUnchanged: job.skipUnchanged,
    rotation: job.rotation,
  };
}

async function takeReport(context: RunContext, far: FarRun, report: HandoverReport): Promise<void> {
  context.warnings += report.warnings;
  if (report.record !== undefined) {
    await announceSnapshot(context, report.record, `${far.where}/${report.record.name}`);
  }
  sayRemoved(context, report.removed);
  if (report.exitCode !== EXIT.done) {
    throw errorOf(context, far, report);
  }
}

function errorOf({ startedAt }: RunContext, { where }: FarRun, report: HandoverReport): BakupError {
  const { exitCode, error = "it failed", hint } = report;
  const message = `bakup on ${where}: ${error}`;
  const details = hint === undefined ? {} : { hint };
  switch (exitCode) {
    case EXIT.alreadyRunning:
      return new AlreadyRunningError(message, details);
    case EXIT.snapshotsFolderNotFound:
      return new SnapshotsFolderNotFoundError(message, details);
    case EXIT.snapshotExists:
      return new SnapshotExistsError(snapshotName(startedAt), details);
    default:
      return new StoreError(message, details);
  }
}

function sayRemoved(context: RunContext, names: readonly string[]): void {
  for (const name of names) {
    context.removed.push(name);
    context.journal.event("snapshotRemoved", { snapshot: name });
  }
}

async function canSkip(context: RunContext, far: FarRun): Promise<boolean> {
  const facts = factsOf(context);
  if (!context.job.skipUnchanged || facts?.unchanged !== true || facts.vanished + facts.unreadable > 0) {
    return false;
  }
  const { snapshots } = await withRetries(context, () => listFarSnapshots(storeOf(context)));
  return far.facts?.mirrorChanged !== true && newestComplete(snapshots) !== undefined;
}

function storeOf(context: RunContext): FarStore {
  const { store } = farOf(context);
  if (store === undefined) {
    throw new StoreError("the store is not open");
  }
  return store;
}
