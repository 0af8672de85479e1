import { closeSync } from "node:fs";
import { errnoOf } from "../../errors/describe.ts";
import { StoreError } from "../../errors/errors.ts";
import { Beneath } from "../../path/beneath.ts";
import { ancestorsOf, printable } from "../../path/byte-path.ts";
import { openFolderWithoutLinks } from "../../path/open-folder.ts";
import type { Problem } from "../../transfer/problems.ts";
import type { OnProgress } from "../../transfer/progress.ts";
import type { RsyncContext } from "../../transfer/rsync.ts";
import { copyPlanned } from "./copy.ts";
import { keepReplaced, needsReplacedFolder } from "./keep-replaced.ts";
import { isFree } from "./place.ts";
import type { RestorePlan } from "./plan.ts";

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
      const problems = await copyPlanned(plan, within, onProgress);
      return { replaced: `${plan.target}/${plan.replaced}`, problems };
    }
    return { replaced: undefined, problems: await copyPlanned(plan, within, onProgress) };
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
