import type { DiskBackend } from "../disk/backend.ts";
import type { LocatedDisk } from "../disk/locate.ts";
import type { DiskWatch } from "../disk/watch.ts";
import { describeError } from "../errors/describe.ts";
import type { BakupError } from "../errors/errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { Guard } from "../lock/guard.ts";
import type { BytePath } from "../path/byte-path.ts";
import type { ClockJump } from "../schedule/clock.ts";
import type { Store } from "../store/layout.ts";
import type { KnownHashes } from "../store/manifest/known-hashes.ts";
import type { CommitRecord } from "../store/records.ts";
import type { ChangeCounts, TransferPlan } from "../transfer/plan.ts";
import type { Problem } from "../transfer/problems.ts";
import type { Progress } from "../transfer/progress.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import type { TreeSize } from "../transfer/statistics.ts";
import type { FarRun } from "./far-run.ts";
import type { Wish } from "./flag-file.ts";
import type { Job } from "./job.ts";
import type { Survey } from "./survey.ts";

/** What somebody who watches a run is told while it works. */
export interface Observer {
  onStep?(step: string): void;
  onProgress?(progress: Progress, total: { bytes: number; files: number } | undefined): void;
}

/** What a transfer did. */
export interface Transferred {
  source: TreeSize;
  changes: ChangeCounts;
  problems: Problem[];
  unchanged: boolean;
}

/** The state of one run, filled in by its steps. */
export interface RunContext {
  readonly job: Job;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  /** Ends the run at once with this error, as a signal would. */
  readonly stop: (reason: BakupError) => void;
  readonly startedAt: Date;
  readonly observer: Observer;
  /** What must be undone at the end, last first, whatever happens. */
  readonly undo: UndoAction[];
  /** The locks of this run: of the destination as it is named, and of the store's folder itself. */
  readonly guards: Guard[];
  /** The backup disk, once it is found. */
  disk?: RunDisk;
  store?: Store;
  /** The flag file that asked for this run. */
  wish?: Wish | undefined;
  /** The other machine, when the destination is not here. */
  far?: FarRun;
  /** The store's file system keeps no fractions of a second. */
  wholeSeconds?: boolean;
  /** The source as it was before anything was copied. */
  survey?: Survey;
  /** The clock was set by days, so that this run rotates nothing. */
  clockJump?: ClockJump;
  plan?: TransferPlan;
  transferred?: Transferred;
  /** The snapshot that the mirror was the same as before this run, if that is known. */
  mirrorWas?: string | undefined;
  /** Of files that were hashed while the mirror was filled. */
  knownHashes?: KnownHashes;
  /** Nothing in the mirror has ACLs or other extended attributes. */
  isMirrorPlain?: true;
  /** All paths that this run may have changed in the mirror, unless it was filled. */
  changedPaths?: ReadonlySet<BytePath>;
  /** All paths at which the spare may differ from the mirror, as `refreshSpare` says; unknown where there are none. */
  spareDiffers?: ReadonlySet<BytePath>;
  snapshot?: CommitRecord;
  removed: string[];
  warnings: number;
  /** Those who sit at a screen were told that the run begins. */
  notified?: boolean;
}

/** What a run knows of its backup disk. */
export interface RunDisk {
  backend: DiskBackend;
  located: LocatedDisk;
  /** What is to be mounted; undefined when only fstab knows. */
  device: string | undefined;
  mountPoint: string | undefined;
  watch?: DiskWatch;
}

export interface UndoAction {
  name: string;
  undo: () => Promise<void> | void;
}

/** The context of a run that begins now. */
export function newContext(
  job: Job,
  options: { journal: Journal; signal?: AbortSignal; observer?: Observer; now?: Date },
): RunContext {
  return {
    job,
    journal: options.journal,
    ...stoppable(options.signal),
    startedAt: options.now ?? new Date(),
    observer: options.observer ?? {},
    undo: [],
    guards: [],
    removed: [],
    warnings: 0,
  };
}

/** A signal that also the run itself can give, when its disk is pulled out. */
function stoppable(outer: AbortSignal | undefined): Pick<RunContext, "signal" | "stop"> {
  const controller = new AbortController();
  const follow = () => controller.abort(outer?.reason);
  if (outer?.aborted === true) {
    follow();
  }
  outer?.addEventListener("abort", follow, { once: true });
  return { signal: controller.signal, stop: (reason) => controller.abort(reason) };
}

/** Undoes what the run did, last first. What cannot be undone is reported, and the rest is undone all the same. */
export async function undoAll(context: RunContext): Promise<void> {
  for (const action of context.undo.reverse()) {
    try {
      await action.undo();
    } catch (error) {
      context.warnings += 1;
      context.journal.event("undoFailed", { step: action.name, error: describeError(error) });
    }
  }
}

/** How programs are run in this run: pinned to the store, stopped with it, holding its lock. */
export function rsyncContext(context: RunContext): RsyncContext {
  return {
    ...(context.store === undefined ? {} : { cwd: `${context.store.root}/.` }),
    signal: context.signal,
    ionice: context.job.ionice,
    wholeSeconds: context.wholeSeconds,
    inheritFds: context.guards.map(({ fd }) => fd),
    ...(context.far === undefined ? {} : { remote: context.far.rsyncArguments() }),
  };
}
