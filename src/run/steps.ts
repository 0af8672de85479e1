import { REASON } from "../callback/reasons.ts";
import { isMounted } from "../disk/mounts.ts";
import { NotYetError } from "../errors/errors.ts";
import { acquireGuard } from "../lock/guard.ts";
import { askCallback, tellCallback } from "./callbacks.ts";
import type { RunContext } from "./context.ts";
import { checkDue } from "./due.ts";
import { guardKeyOf } from "./guard-key.ts";
import type { Job } from "./job.ts";
import { openDestination } from "./open-destination.ts";
import { rotateSnapshots } from "./rotate.ts";
import { checkSnapshotName, takeSnapshot } from "./snapshot.ts";
import { checkSource } from "./source.ts";
import { planChanges, transferChanges } from "./transfer.ts";

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
    const { job } = context;
    const guard = await acquireGuard({ key: guardKeyOf(job), describe: `backup to ${job.location}` });
    context.guard = guard;
    context.undo.push({ name: "unlock the run", undo: () => guard.release() });
  },
};

const due: Step = { name: "due", run: checkDue };

const mountCallback: Step = {
  name: "callback 7",
  async run(context) {
    context.undo.push({ name: "callback 8", undo: () => tellCallback(context, REASON.unmount) });
    await askCallback(context, REASON.mount);
  },
};

const disk: Step = {
  name: "disk",
  async run({ job }) {
    const { crypto, mount } = job.disk;
    if (mount !== undefined && !isMounted(mount)) {
      throw new NotYetError(`${mount} is not mounted, and mounting the backup disk is not part of this version`, {
        hint: `mount it before the run: mount ${mount}`,
      });
    }
    if (crypto !== undefined && mount === undefined) {
      throw new NotYetError(`unlocking the encrypted disk ${crypto} is not part of this version`, {
        hint: "unlock and mount it before the run, and name its mount point",
      });
    }
  },
};

const destination: Step = { name: "destination", run: openDestination };

const startCallback: Step = {
  name: "callback 1",
  async run(context) {
    await askCallback(context, REASON.backupBegins);
    context.undo.push({ name: "callback 2", undo: () => tellCallback(context, REASON.backupEnds) });
  },
};

const snapshotName: Step = { name: "snapshot name", run: checkSnapshotName };
const source: Step = { name: "source", run: checkSource };
const plan: Step = { name: "plan", title: "looking for changes", run: planChanges };
const transfer: Step = { name: "transfer", title: "bringing the mirror up to date", run: transferChanges };
const snapshot: Step = { name: "snapshot", title: "taking a snapshot", run: takeSnapshot };
const rotate: Step = { name: "rotate", title: "rotating old snapshots", run: rotateSnapshots };

/** The steps of a run, in order. A dry run has only those that change nothing. */
export function stepsOf({ actions, dryRun }: Pick<Job, "actions" | "dryRun">): Step[] {
  return [
    ...(dryRun ? [] : [lock, due, mountCallback]),
    disk,
    destination,
    ...(dryRun ? [] : [startCallback]),
    snapshotName,
    ...(actions.backup ? [source, plan] : []),
    ...(actions.backup && !dryRun ? [transfer] : []),
    ...(actions.snapshot ? [snapshot] : []),
    ...(actions.rotate ? [rotate] : []),
  ];
}
