import { StoreError, UsageError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { inStore } from "../store/layout.ts";
import { findSnapshot, listSnapshots, newestComplete, type Snapshot } from "../store/list.ts";
import { applyRestore, type RestoreResult } from "../store/restore/apply.ts";
import { countNew, planRestore, type RestorePlan } from "../store/restore/plan.ts";
import { plural } from "../units/size.ts";
import { bytesOfWords, isDamaged } from "./argument-bytes.ts";
import type { RestoreCommandOptions } from "./commands/restore.ts";
import { confirm } from "./confirm.ts";
import { printNote } from "./output.ts";
import { progressLine } from "./progress-line.ts";
import { printPlan, printRestoreJson, printResult } from "./restore-report.ts";
import { pathFromSource } from "./source-path.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { openTarget, type Target } from "./target.ts";
import { requireWords, splitWords } from "./words.ts";

const USAGE = "bakup restore PROFILE [PATH...] --to DIR";

/** `bakup restore`: plans, shows the plan, asks where something would be replaced, and does it. */
export async function restoreFiles(
  words: readonly (string | undefined)[],
  options: RestoreCommandOptions,
): Promise<ExitCode> {
  const split = splitWords(words, options);
  requireWords(split, { least: 0, most: Number.POSITIVE_INFINITY, store: options.store, usage: USAGE });
  if (isDamaged(options.to)) {
    throw new UsageError("--to must be a folder whose name is UTF-8", { hint: "restore elsewhere, and move it" });
  }
  const target = await openTarget(split.profile, options);
  const { signal, release } = stopOnSignals();
  try {
    const snapshot = chooseSnapshot(target, options.snapshot);
    const source = snapshot.record?.source ?? target.profile?.source.path;
    const paths = bytesOfWords(split.rest).map((path) => pathFromSource(path, source));
    const plan = await planRestore(
      {
        tree: inStore(target.store, snapshot.name),
        paths,
        target: options.to,
        overwrite: options.overwrite === true,
        delete: options.delete === true,
      },
      { signal },
    );
    return await carryOut({ target, snapshot, plan }, options, signal);
  } finally {
    release();
    target.store.close();
  }
}

/** What was planned, and from where. */
export interface Restore {
  target: Target;
  snapshot: Snapshot;
  plan: RestorePlan;
}

function chooseSnapshot({ store }: Target, wanted: string | undefined): Snapshot {
  if (wanted !== undefined) {
    return findSnapshot(store, wanted);
  }
  const snapshot = newestComplete(listSnapshots(store).snapshots);
  if (snapshot === undefined) {
    throw new StoreError(`there is no complete snapshot in ${store.path}`, {
      hint: `name one with --snapshot; see them with: bakup list --store ${store.path}`,
    });
  }
  return snapshot;
}

async function carryOut(restore: Restore, options: RestoreCommandOptions, signal: AbortSignal): Promise<ExitCode> {
  const { plan } = restore;
  if (!options.json && options.quiet === 0) {
    await printPlan(restore, { all: options.verbose > 0 });
  }
  if (options.dryRun) {
    await finish(restore, undefined, options);
    return EXIT.done;
  }
  if (!(await mayReplace(plan, options))) {
    printNote("nothing was restored");
    return EXIT.failed;
  }
  const result = await applyWithProgress(plan, signal);
  await finish(restore, result, options);
  return plan.conflict.length + result.problems.length > 0 ? EXIT.incomplete : EXIT.done;
}

async function mayReplace(plan: RestorePlan, { yes }: RestoreCommandOptions): Promise<boolean> {
  const { overwrite, delete: deletions } = plan;
  if (overwrite.length + deletions.length === 0 || yes === true) {
    return true;
  }
  return confirm(`${plural(overwrite.length, "path")} would be overwritten and ${deletions.length} deleted`);
}

/** Does what was planned, with its progress on the terminal. */
export async function applyWithProgress(plan: RestorePlan, signal: AbortSignal): Promise<RestoreResult> {
  const line = progressLine(process.stderr);
  const total = { bytes: plan.bytes, files: countNew(plan) + plan.overwrite.length };
  line.onStep?.("restore");
  try {
    const { onProgress } = line;
    return await applyRestore(
      plan,
      { signal },
      { onProgress: onProgress === undefined ? undefined : (progress) => onProgress(progress, total) },
    );
  } finally {
    line.clear();
  }
}

async function finish(
  restore: Restore,
  result: RestoreResult | undefined,
  { json }: RestoreCommandOptions,
): Promise<void> {
  if (json) {
    await printRestoreJson(restore, result);
  } else if (result !== undefined) {
    printResult(restore.plan, result);
  }
}
