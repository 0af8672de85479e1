import { closeSync, readdirSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { Beneath } from "../path/beneath.ts";
import { ancestorsOf, type BytePath, bytePathFromLatin1, parentOf, printable, textOf } from "../path/byte-path.ts";
import { openFolderWithoutLinks } from "../path/open-folder.ts";
import { fileList } from "../transfer/file-list.ts";
import { copyFolderAttributes, copyTopAttributes } from "../transfer/folders.ts";
import { TOP_ITEM } from "../transfer/plan.ts";
import type { Problem } from "../transfer/problems.ts";
import { type OnProgress, parseProgress } from "../transfer/progress.ts";
import { type RsyncContext, runRsync } from "../transfer/rsync.ts";
import { PRESERVE, withTrailingSlash } from "../transfer/rsync-args.ts";
import { keepReplaced, needsReplacedFolder } from "./keep-replaced.ts";
import { isFree } from "./restore-place.ts";
import type { RestorePlan } from "./restore-plan.ts";
import type { Whole } from "./restore-whole.ts";

export interface RestoreResult {
  /** Absolute path of the folder that holds what was overwritten or deleted, if anything was. */
  replaced: string | undefined;
  /** Files of the snapshot that could not be read. */
  problems: Problem[];
}

/**
 * Does exactly what a plan says. What is overwritten or deleted goes to the plan's `replaced` folder first, so that an
 * interruption loses nothing. The target may belong to somebody who changes it meanwhile: it is opened once, and no link
 * leads out of it.
 * @throws StoreError, TransferError
 */
export async function applyRestore(
  plan: RestorePlan,
  context: RsyncContext,
  { onProgress }: { onProgress?: OnProgress | undefined } = {},
): Promise<RestoreResult> {
  const fd = openTarget(plan.target);
  const root = `/proc/${process.pid}/fd/${fd}`;
  const tree = new Beneath(root);
  try {
    ensureParents(plan, tree);
    ensureStillFree(plan, root);
    const within = { ...context, cwd: `${root}/.` };
    if (needsReplacedFolder(plan)) {
      await keepReplaced(plan, { root, tree }, within);
      const problems = await copy(plan, within, onProgress);
      return { replaced: `${plan.target}/${plan.replaced}`, problems };
    }
    return { replaced: undefined, problems: await copy(plan, within, onProgress) };
  } finally {
    tree.close();
    closeSync(fd);
  }
}

function openTarget(target: string): number {
  try {
    return openFolderWithoutLinks(target);
  } catch (error) {
    throw new StoreError(`cannot restore to ${target}: ${errnoOf(error)}`, {
      ...(errnoOf(error) === "ENOTDIR"
        ? { hint: "something else changes what lies there; plan the restore again" }
        : {}),
      cause: error,
    });
  }
}

/** What came since the plan was made would be replaced, and not be kept. @throws StoreError */
function ensureStillFree({ tree, target, whole }: RestorePlan, root: string): void {
  if (whole !== undefined && !isFree(root, { tree, wanted: whole.roots, delete: false })) {
    throw new StoreError(`cannot restore to ${target}: something of the same name was put there meanwhile`, {
      hint: "plan the restore again",
    });
  }
}

/** Since the plan was made, no folder may have become a link that leads elsewhere. @throws StoreError */
function ensureParents({ target, create, whole, overwrite, delete: deletions }: RestorePlan, tree: Beneath): void {
  const made = new Set([...create, ...overwrite].flatMap(({ path, directory }) => (directory ? [path] : [])));
  const paths = [...create, ...overwrite, ...deletions].map(({ path }) => path);
  const folders = new Set([...paths, ...(whole?.roots ?? [])].flatMap(ancestorsOf));
  for (const folder of [...folders].sort()) {
    if (!made.has(folder) && tree.look(folder)?.isDirectory() !== true) {
      throw new StoreError(`cannot restore into "${printable(folder)}" in ${target}: it is no longer a folder there`, {
        hint: "something else changes this folder; plan the restore again",
      });
    }
  }
}

/** rsync is told no more than the plan says. */
async function copy(plan: RestorePlan, context: RsyncContext, onProgress: OnProgress | undefined): Promise<Problem[]> {
  const { whole, create } = plan;
  if (whole === undefined) {
    return copySelection(plan, eachPath(plan), { context, onProgress });
  }
  // What is not whole are folders above, whose times change when something comes into them.
  const above = create.flatMap(({ path }) => (path === TOP_ITEM ? [] : [path]));
  const trees = { source: plan.tree, target: "." };
  await copyFolderAttributes(trees, above, context);
  const problems = await copySelection(plan, wholeTree(plan, whole), { context, onProgress });
  await copyFolderAttributes(trees, above, context);
  return problems;
}

async function copySelection(
  plan: RestorePlan,
  { args, sources, paths }: Selection,
  { context, onProgress }: { context: RsyncContext; onProgress: OnProgress | undefined },
): Promise<Problem[]> {
  const top = paths?.delete(TOP_ITEM) === true;
  const list = paths === undefined ? [] : ["--from0", "--files-from=-", "--no-implied-dirs"];
  const progress = onProgress === undefined ? [] : ["--info=progress2"];
  const { problems } = await runRsync(
    {
      args: [...PRESERVE, ...args, ...progress, ...list, "--", ...sources, "./"],
      source: plan.tree,
      ...(paths === undefined ? {} : { input: fileList(paths) }),
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
    await copyTopAttributes({ source: plan.tree, target: "." }, context);
  }
  return problems;
}

/** What rsync copies. */
interface Selection {
  args: string[];
  sources: string[];
  /** Just these paths of the only source. */
  paths?: Set<BytePath>;
}

/** The paths of the plan, and the files that new links belong to. */
function eachPath({ tree, create, overwrite, touched }: RestorePlan): Selection {
  const changes = [...create, ...overwrite];
  const leaders = changes.flatMap(({ leader }) => (leader === undefined ? [] : [leader]));
  const paths = new Set([...changes.map(({ path }) => path), ...leaders, ...touched]);
  return { args: [], sources: [withTrailingSlash(tree)], paths };
}

/** So much is given to rsync as arguments, in characters: the system takes 2 MiB. */
const MOST_IN_ARGUMENTS = 64 * 1024;

/**
 * rsync walks it by itself, which is faster than a list, and takes less memory; as for names at the top, a list of them
 * would have it look up every path below from the top on. Every file of a snapshot has other names in the store, so
 * rsync would remember them all: it need not where none has a second one in what is restored.
 */
function wholeTree({ tree, create, overwrite }: RestorePlan, { roots, hasLinks }: Whole): Selection {
  const args = ["--recursive", "--one-file-system", ...(hasLinks ? [] : ["--no-hard-links"])];
  const top = [withTrailingSlash(tree)];
  if ([...create, ...overwrite].some(({ path }) => path === TOP_ITEM)) {
    return { args, sources: top };
  }
  const paths = roots.length === 0 ? readdirSync(tree, "latin1").map(bytePathFromLatin1) : roots;
  const names = paths.flatMap((path) => (parentOf(path) === "" ? (textOf(path) ?? []) : []));
  const sources = names.map((name) => `${tree}/${name}`);
  const isShort = sources.join(" ").length <= MOST_IN_ARGUMENTS;
  if (names.length === 0 || names.length < paths.length || !isShort) {
    return { args, sources: top, paths: new Set(paths) };
  }
  return { args, sources };
}
