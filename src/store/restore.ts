import { mkdirSync, renameSync } from "node:fs";
import { describeError, errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { Beneath } from "../path/beneath.ts";
import { ancestorsOf, type BytePath, below, parentOf, printable } from "../path/byte-path.ts";
import { copyPaths } from "../transfer/copy-paths.ts";
import { fileList } from "../transfer/file-list.ts";
import { copyFolderAttributes, copyTopAttributes } from "../transfer/folders.ts";
import { TOP } from "../transfer/plan.ts";
import type { Problem } from "../transfer/problems.ts";
import { type OnProgress, parseProgress } from "../transfer/progress.ts";
import { type RsyncContext, runRsync } from "../transfer/rsync.ts";
import { PRESERVE, withTrailingSlash } from "../transfer/rsync-args.ts";
import { unshare } from "../transfer/unshare.ts";
import { isFolder } from "./restore-place.ts";
import { isTimeOfFolder, type RestoreChange, type RestorePlan } from "./restore-plan.ts";

export interface RestoreResult {
  /** Absolute path of the folder that holds what was overwritten or deleted, if anything was. */
  replaced: string | undefined;
  /** Files of the snapshot that could not be read. */
  problems: Problem[];
}

/**
 * Does exactly what a plan says. What is overwritten or deleted goes to the plan's `replaced` folder first, so that an
 * interruption loses nothing.
 * @throws StoreError, TransferError
 */
export async function applyRestore(
  plan: RestorePlan,
  context: RsyncContext,
  { onProgress }: { onProgress?: OnProgress | undefined } = {},
): Promise<RestoreResult> {
  ensureParents(plan);
  mkdirSync(plan.target, { recursive: true });
  const replaced = needsReplacedFolder(plan) ? makeReplacedFolder(plan) : undefined;
  if (replaced !== undefined) {
    await keepAttributes(plan, replaced, context);
    moveAway(plan, replaced, context.signal);
    const items = changedInPlace(plan);
    await naming(plan, unshare(plan.target, items, { staging: `${replaced}/.being-copied`, context }));
  }
  const problems = await copy(plan, context, onProgress);
  return { replaced, problems };
}

/** Since the plan was made, no folder may have become a link that leads elsewhere. @throws StoreError */
function ensureParents({ target, create, overwrite, delete: deletions }: RestorePlan): void {
  const made = new Set([...create, ...overwrite].flatMap(({ path, directory }) => (directory ? [path] : [])));
  const folders = new Set([...create, ...overwrite, ...deletions].flatMap(({ path }) => ancestorsOf(path)));
  for (const folder of [...folders].sort()) {
    if (!made.has(folder) && !isFolder(target, folder)) {
      throw new StoreError(`cannot restore into "${printable(folder)}" in ${target}: it is no longer there`, {
        hint: "something else changes this folder; plan the restore again",
      });
    }
  }
}

function needsReplacedFolder(plan: RestorePlan): boolean {
  return plan.delete.length > 0 || plan.overwrite.some((item) => !isTimeOfFolder(item));
}

function makeReplacedFolder({ target, replaced }: RestorePlan): string {
  const path = `${target}/${replaced}`;
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    throw new StoreError(`cannot make ${path} for what is replaced: ${errnoOf(error)}`, {
      ...(errnoOf(error) === "EEXIST" ? { hint: "wait a second and run it again" } : {}),
      cause: error,
    });
  }
  return path;
}

/** rsync changes attributes in place: what has the old ones is copied first, folders without their contents. */
async function keepAttributes(plan: RestorePlan, replaced: string, context: RsyncContext): Promise<void> {
  const trees = { source: plan.target, target: replaced };
  const folders = plan.overwrite.filter((item) => item.directory && item.why === "attributes" && !isTimeOfFolder(item));
  const below = folders.flatMap(({ path }) => (path === TOP ? [] : [path]));
  await copyFolderAttributes(trees, below, context);
  if (folders.length > below.length) {
    await copyTopAttributes(trees, context);
  }
  const paths = changedInPlace(plan).map(({ path }) => path);
  await naming(plan, copyPaths(plan.target, replaced, paths, context));
}

function changedInPlace(plan: RestorePlan): RestoreChange[] {
  return plan.overwrite.filter(({ directory, why }) => !directory && (why === "attributes" || why === "links"));
}

/** The rooms that copy know mirrors only: says which folder was meant. */
async function naming<T>({ target }: RestorePlan, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new StoreError(`cannot keep what would be replaced in ${target}: ${describeError(error)}`, {
      hint: "nothing was lost; is there enough room?",
      cause: error,
    });
  }
}

/** Deletions, and what has another type than in the snapshot: moved as a whole. Contents are replaced by rsync. */
function moveAway(plan: RestorePlan, replaced: string, signal: AbortSignal | undefined): void {
  const others = plan.overwrite.filter(({ why }) => why === "type");
  const paths = new Set([...plan.delete, ...others].map(({ path }) => path));
  const tree = new Beneath(plan.target);
  try {
    for (const path of paths) {
      signal?.throwIfAborted();
      if (!ancestorsOf(path).some((folder) => paths.has(folder))) {
        moveOne({ target: plan.target, tree, replaced }, path);
      }
    }
  } finally {
    tree.close();
  }
}

function moveOne(
  { target, tree, replaced }: { target: string; tree: Beneath; replaced: string },
  path: BytePath,
): void {
  try {
    mkdirSync(below(replaced, parentOf(path)), { recursive: true, mode: 0o700 });
    renameSync(tree.place(path), below(replaced, path));
  } catch (error) {
    const errno = errnoOf(error);
    throw new StoreError(`cannot move "${printable(path)}" in ${target} away: ${errno}`, {
      ...(errno === "EXDEV" || errno === "EBUSY"
        ? { hint: "it is on another file system: restore to a folder of that file system" }
        : {}),
      cause: error,
    });
  }
}

/** rsync gets just the paths of the plan, and the files that new links belong to. */
async function copy(plan: RestorePlan, context: RsyncContext, onProgress: OnProgress | undefined): Promise<Problem[]> {
  const { paths, args } = plan.isWhole ? wholeTree(plan) : eachPath(plan);
  const top = paths.delete(TOP);
  const backup = plan.overwrite.length === 0 ? [] : ["--backup", `--backup-dir=${plan.replaced}`];
  const progress = onProgress === undefined ? [] : ["--info=progress2"];
  const what = [...PRESERVE, ...args, ...backup, ...progress, "--from0", "--files-from=-", "--no-implied-dirs"];
  const { problems } = await runRsync(
    {
      args: [...what, "--", withTrailingSlash(plan.tree), withTrailingSlash(plan.target)],
      source: plan.tree,
      input: fileList(paths),
      onLine: (line) => {
        const step = parseProgress(line);
        if (step !== undefined) {
          onProgress?.(step);
        }
      },
    },
    context,
  );
  if (top) {
    await copyTopAttributes({ source: plan.tree, target: plan.target }, context);
  }
  return problems;
}

function eachPath({ create, overwrite, touched }: RestorePlan): { paths: Set<BytePath>; args: string[] } {
  const changes = [...create, ...overwrite];
  const leaders = changes.flatMap(({ leader }) => (leader === undefined ? [] : [leader]));
  return { paths: new Set([...changes.map(({ path }) => path), ...leaders, ...touched]), args: [] };
}

/** rsync walks it by itself, which is faster than a list of everything, and takes less memory. */
function wholeTree({ create, overwrite }: RestorePlan): { paths: Set<BytePath>; args: string[] } {
  const atTop = [...create, ...overwrite].filter(({ path }) => path === TOP || parentOf(path) === "");
  return { paths: new Set(atTop.map(({ path }) => path)), args: ["--recursive", "--one-file-system"] };
}
