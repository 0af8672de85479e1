import { REASON } from "../callback/reasons.ts";
import type { Location } from "../destination/location.ts";
import { stayAwake } from "../systemd/stay-awake.ts";
import { announceStart } from "./announce.ts";
import { askCallback, tellCallback } from "./callbacks.ts";
import { isRotationPostponed, watchClock } from "./clock.ts";
import { checkConditions } from "./conditions.ts";
import type { RunContext } from "./context.ts";
import { openDaemonDestination } from "./daemon-destination.ts";
import { checkBackupDisk, findBackupDisk, mountBackupDisk, unlockBackupDisk } from "./disk.ts";
import { checkDue, takeWish } from "./due.ts";
import { guardKeyOf, holdGuard } from "./guard-key.ts";
import type { Job } from "./job.ts";
import { keepIndex } from "./keep-index.ts";
import { openDestination } from "./open-destination.ts";
import { openRemoteDestination } from "./remote-destination.ts";
import { checkRemoteName, rotateRemoteSnapshots, takeRemoteSnapshot } from "./remote-snapshot.ts";
import { planRemoteChanges, transferRemoteChanges } from "./remote-transfer.ts";
import { rotateSnapshots } from "./rotate.ts";
import { checkSnapshotName, takeSnapshot } from "./snapshot.ts";
import { checkSource } from "./source.ts";
import { planChanges, transferChanges } from "./transfer.ts";
import { planPlainTransfer, transferPlain } from "./transfer-only.ts";

/** One step of a run. What it leaves to be undone it pushes on the context's `undo`. */
export interface Step {
  name: string;
  /** What the log says when it begins; steps that take no time say nothing. */
  title?: string;
  run(context: RunContext): Promise<void>;
}

const lock: Step = {
  name: "lock",
  async run(context) {
    await holdGuard(context, guardKeyOf(context.job));
  },
};

const clock: Step = { name: "clock", run: watchClock };

const due: Step = { name: "due", run: checkDue };

const conditions: Step = { name: "conditions", run: checkConditions };

const awake: Step = {
  name: "stay awake",
  async run({ job, undo }) {
    undo.push({ name: "let the machine sleep again", undo: stayAwake(`backup of ${job.profile.name}`) });
  },
};

const mountCallback: Step = {
  name: "callback 7",
  async run(context) {
    context.undo.push({ name: "callback 8", undo: () => tellCallback(context, REASON.unmount) });
    await askCallback(context, REASON.mount);
  },
};

const findDisk: Step = { name: "find disk", run: findBackupDisk };

/** Before it nothing is said of a run: one that is not due or whose disk is absent takes a single line. */
const announce: Step = { name: "announce", run: announceStart };

const unlock: Step = { name: "unlock", run: unlockBackupDisk };

const mount: Step = { name: "mount", run: mountBackupDisk };

const checkDisk: Step = { name: "check disk", run: checkBackupDisk };

const startCallback: Step = {
  name: "callback 1",
  async run(context) {
    await askCallback(context, REASON.backupBegins);
    context.undo.push({ name: "callback 2", undo: () => tellCallback(context, REASON.backupEnds) });
  },
};

const source: Step = { name: "source", run: checkSource };

/** The work that is done differently where the destination is another machine. */
interface Work {
  open: Step["run"];
  checkName: Step["run"];
  plan: Step["run"];
  transfer: Step["run"];
  snapshot: Step["run"];
  rotate: Step["run"];
}

/** A daemon runs no commands: the step that opens it refuses snapshots, or says whose business they are. */
const nothing = async () => undefined;

const WORK: Readonly<Record<Location["kind"], Work>> = {
  local: {
    open: openDestination,
    checkName: checkSnapshotName,
    plan: planChanges,
    transfer: transferChanges,
    snapshot: takeSnapshot,
    rotate: rotateSnapshots,
  },
  ssh: {
    open: openRemoteDestination,
    checkName: checkRemoteName,
    plan: planRemoteChanges,
    transfer: transferRemoteChanges,
    snapshot: takeRemoteSnapshot,
    rotate: rotateRemoteSnapshots,
  },
  daemon: {
    open: openDaemonDestination,
    checkName: nothing,
    plan: planPlainTransfer,
    transfer: transferPlain,
    snapshot: nothing,
    rotate: nothing,
  },
};

function rotateUnlessPostponed({ rotate }: Work): Step["run"] {
  return async (context) => {
    if (!isRotationPostponed(context)) {
      await rotate(context);
    }
  };
}

/** The steps of a run, in order. A dry run has only those that change nothing. */
export function stepsOf({
  actions,
  dryRun,
  destination: { kind },
}: Pick<Job, "actions" | "dryRun" | "destination">): Step[] {
  const work = WORK[kind];
  const destination: Step = { name: "destination", run: work.open };
  const snapshotName: Step = { name: "snapshot name", run: work.checkName };
  const plan: Step = { name: "plan", title: "looking for changes", run: work.plan };
  const transfer: Step = { name: "transfer", title: "bringing the mirror up to date", run: work.transfer };
  const snapshot: Step = { name: "snapshot", title: "taking a snapshot", run: work.snapshot };
  const wish: Step = { name: "flag file", run: takeWish };
  const index: Step = { name: "index", run: keepIndex };
  const rotate: Step = { name: "rotate", title: "rotating old snapshots", run: rotateUnlessPostponed(work) };
  return [
    ...(dryRun ? [] : [lock, clock, due, conditions, mountCallback]),
    findDisk,
    announce,
    ...(dryRun ? [] : [awake, unlock, mount, checkDisk]),
    destination,
    ...(dryRun ? [] : [startCallback]),
    snapshotName,
    ...(actions.backup ? [source, plan] : []),
    ...(actions.backup && !dryRun ? [transfer] : []),
    ...(actions.snapshot && kind !== "daemon" ? [snapshot] : []),
    ...(dryRun ? [] : [wish]),
    ...(actions.backup && kind === "local" && !dryRun ? [index] : []),
    ...(actions.rotate && kind !== "daemon" ? [rotate] : []),
  ];
}
