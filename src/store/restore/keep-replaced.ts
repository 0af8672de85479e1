import { mkdirSync, renameSync, rmdirSync } from "node:fs";
import { describeError, errnoOf } from "../../errors/describe.ts";
import { StoreError } from "../../errors/errors.ts";
import type { Beneath } from "../../path/beneath.ts";
import { ancestorsOf, type BytePath, below, parentOf, printable } from "../../path/byte-path.ts";
import { makeOwnFolder, type OwnFolder } from "../../path/own-folder.ts";
import { tryLink } from "../../path/try-link.ts";
import { copyPaths } from "../../transfer/copy-paths.ts";
import { copyFolderAttributes, copyTopAttributes } from "../../transfer/folders.ts";
import { TOP_ITEM } from "../../transfer/plan.ts";
import type { RsyncContext } from "../../transfer/rsync.ts";
import { unshare } from "../../transfer/unshare.ts";
import type { RestorePlan } from "./plan.ts";
import { isTimeOfFolder, type RestoreChange } from "./sort-out.ts";

const BEING_COPIED = ".being-copied";

/** Whether a plan takes anything away or changes it. Pure. */
export function needsReplacedFolder(plan: RestorePlan): boolean {
  return plan.delete.length > 0 || plan.overwrite.some((item) => !isTimeOfFolder(item));
}

/** The target of a restore. */
interface Target {
  /** A path by way of its open descriptor. */
  root: string;
  tree: Beneath;
}

interface Replacing extends Target {
  plan: RestorePlan;
  /** The folder that takes what is replaced, by way of its open descriptor. */
  replaced: string;
}

/**
 * Puts everything that a plan overwrites or deletes into the plan's `replaced` folder, which it makes. What rsync is to
 * put in another's place stays there until then. The context's folder is the target.
 * @throws StoreError; nothing is lost then.
 */
export async function keepReplaced(plan: RestorePlan, target: Target, context: RsyncContext): Promise<void> {
  await withReplacedFolder(plan, target.root, async (replaced) => {
    const replacing = { ...target, plan, replaced };
    await keepAttributes(replacing, context);
    moveAway(replacing, context.signal);
    keepContents(replacing, context.signal);
    const staging = `${replaced}/${BEING_COPIED}`;
    await naming(plan, unshare(target.root, changedInPlace(plan), { staging, context }));
  });
}

/** Makes the folder that takes what is replaced. */
async function withReplacedFolder(
  { target, replaced }: RestorePlan,
  root: string,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  let own: OwnFolder;
  try {
    own = makeOwnFolder(`${root}/${replaced}`);
  } catch (error) {
    throw new StoreError(`cannot make ${target}/${replaced} for what is replaced: ${errnoOf(error)}`, {
      ...(errnoOf(error) === "EEXIST" ? { hint: "wait a second and run it again" } : {}),
      cause: error,
    });
  }
  try {
    await work(own.path);
  } finally {
    own.close();
  }
}

/** rsync changes attributes in place: what has the old ones is copied first, folders without their contents. */
async function keepAttributes({ plan, tree, replaced }: Replacing, context: RsyncContext): Promise<void> {
  const trees = { source: ".", target: replaced };
  const folders = plan.overwrite.filter((item) => item.directory && item.why === "attributes" && !isTimeOfFolder(item));
  const inside = folders.flatMap(({ path }) => (path === TOP_ITEM ? [] : [path]));
  await copyFolderAttributes(trees, inside, context);
  if (folders.length > inside.length) {
    await copyTopAttributes(trees, context);
  }
  const paths = changedInPlace(plan).map(({ path }) => path);
  if (paths.length === 0) {
    return;
  }
  const into = `${replaced}/${BEING_COPIED}`;
  const copies = await naming(plan, copyPaths(tree, paths, { into, context }));
  for (const [index, path] of paths.entries()) {
    mkdirSync(below(replaced, parentOf(path)), { recursive: true, mode: 0o700 });
    renameSync(copies[index] ?? "", below(replaced, path));
  }
  rmdirSync(into);
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

/**
 * rsync puts a new file in the place of one whose contents differ: that gets one more name first. (With --backup rsync
 * would copy whatever a link that somebody plants meanwhile leads to.)
 */
function keepContents({ plan, tree, replaced }: Replacing, signal: AbortSignal | undefined): void {
  for (const { path } of plan.overwrite.filter(({ directory, why }) => !directory && why === "content")) {
    signal?.throwIfAborted();
    putAway({ target: plan.target, replaced }, path, (place) => {
      if (!tryLink(tree.place(path), place)) {
        renameSync(tree.place(path), place);
      }
    });
  }
}

/** Deletions, and what has another type than in the snapshot: moved as a whole. */
function moveAway({ plan, tree, replaced }: Replacing, signal: AbortSignal | undefined): void {
  const others = plan.overwrite.filter(({ why }) => why === "type");
  const paths = new Set([...plan.delete, ...others].map(({ path }) => path));
  for (const path of paths) {
    signal?.throwIfAborted();
    if (!ancestorsOf(path).some((folder) => paths.has(folder))) {
      putAway({ target: plan.target, replaced }, path, (place) => renameSync(tree.place(path), place));
    }
  }
}

/** Lets something be done with a path's place in the folder for what is replaced. */
function putAway(
  { target, replaced }: { target: string; replaced: string },
  path: BytePath,
  put: (place: Buffer) => void,
): void {
  try {
    mkdirSync(below(replaced, parentOf(path)), { recursive: true, mode: 0o700 });
    put(below(replaced, path));
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
