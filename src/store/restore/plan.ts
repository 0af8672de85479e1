import { TransferError } from "../../errors/errors.ts";
import type { BytePath } from "../../path/byte-path.ts";
import { tryDryRun } from "../../transfer/dry-run.ts";
import { fileList } from "../../transfer/file-list.ts";
import { ITEM_FORMAT, type Item, isDeletion, isRegularFile, parseItem } from "../../transfer/items.ts";
import type { Deletion } from "../../transfer/plan.ts";
import type { Problem } from "../../transfer/problems.ts";
import { type RsyncContext, runRsync } from "../../transfer/rsync.ts";
import { LISTED, PRESERVE, withTrailingSlash } from "../../transfer/rsync-args.ts";
import { parseStatistics } from "../../transfer/statistics.ts";
import { lookAt } from "../look-up.ts";
import { snapshotName } from "../names.ts";
import { isFree, missingParents, refuseStoreBelow, resolveTarget, wantedPaths } from "./place.ts";
import { REPLACED_PREFIX, type RestoreChange, sortOut, touchedFolders } from "./sort-out.ts";
import { itemsOfWhole, measureWhole, newItem, type Whole } from "./whole.ts";

export interface RestoreRequest {
  /** Absolute path of the snapshot. */
  tree: string;
  /** What to restore, relative to the top of the snapshot; nothing stands for everything. */
  paths: readonly BytePath[];
  /** The folder below which everything gets its relative place. It is made when it is missing. */
  target: string;
  /** Replace what exists and differs. */
  overwrite: boolean;
  /** Take away what the snapshot does not have, below the restored paths. */
  delete: boolean;
  /** For the name of the folder that takes what is replaced; by default the present. */
  now?: Date;
}

/** What a restore does. What is in no list, and not in `whole`, stays as it is. */
export interface RestorePlan {
  tree: string;
  target: string;
  /** Name of the folder in the target that takes what is overwritten or deleted. */
  replaced: string;
  /** What is new and not in `whole`; see `newPaths`. */
  create: Item[];
  /** What goes to where nothing of it is, if this is no matter of single paths. */
  whole: Whole | undefined;
  overwrite: RestoreChange[];
  /** All that is taken away; folders with everything in them. */
  delete: Deletion[];
  /** Existing paths that differ and are left as they are. */
  conflict: RestoreChange[];
  /** How many paths are what they should be. A folder whose time alone differs counts as such, unless overwriting. */
  unchanged: number;
  /** Bytes of the contents that are copied. */
  bytes: number;
  /** Folders that are as they should be, and whose times must be set again after the work in them. */
  touched: BytePath[];
  /** Files of the snapshot that cannot be read. */
  problems: Problem[];
}

/**
 * Finds out what a restore would do. Changes nothing.
 * @throws StoreError when a path is not in the snapshot, or the target will not do; TransferError.
 */
export async function planRestore(request: RestoreRequest, context: RsyncContext): Promise<RestorePlan> {
  const { tree } = request;
  const target = resolveTarget(tree, request.target);
  const wanted = wantedPaths(tree, request.paths);
  refuseStoreBelow(tree, target, { wanted, delete: request.delete });
  const parents = missingParents(target, wanted).map(newFolder);
  const whole = isFree(target, { tree, wanted, delete: request.delete })
    ? await tryWhole(tree, wanted, context.signal)
    : undefined;
  const found = await findDifferences({ tree, target, wanted, whole }, context);
  const sorted = sortOut(found, request, (path) => lookAt(target, path) !== undefined);
  const create = [...parents, ...sorted.create];
  const changes = [...create, ...sorted.overwrite];
  return {
    tree,
    target,
    replaced: `${REPLACED_PREFIX}${snapshotName(request.now ?? new Date())}`,
    create,
    whole,
    overwrite: sorted.overwrite,
    delete: sorted.delete,
    conflict: sorted.conflict,
    unchanged: found.entries - found.items.length + sorted.left.size,
    bytes: changes.reduce((sum, item) => sum + bytesOf(item), whole?.bytes ?? 0),
    touched: touchedFolders([...changes, ...sorted.delete], wanted, sorted),
    problems: found.problems,
  };
}

/** How many paths a restore makes where nothing was. Pure. */
export function countNew({ create, whole }: RestorePlan): number {
  return create.length + (whole?.entries ?? 0);
}

/** All of these, parents first. @throws TransferError when the snapshot cannot be read any more. */
export async function* newPaths(
  { tree, create, whole }: Pick<RestorePlan, "tree" | "create" | "whole">,
  signal?: AbortSignal,
): AsyncGenerator<Item> {
  yield* create;
  if (whole !== undefined) {
    yield* itemsOfWhole(tree, whole.roots, signal);
  }
}

/** The first of these. */
export async function firstNewPaths(plan: RestorePlan, most: number): Promise<Item[]> {
  const first: Item[] = [];
  for await (const item of newPaths(plan)) {
    if (first.push(item) >= most) {
      break;
    }
  }
  return first;
}

function newFolder(path: BytePath): Item {
  return newItem({ path, type: "dir", size: 0 });
}

interface Findings {
  items: Item[];
  deletions: Deletion[];
  entries: number;
  problems: Problem[];
}

/** Undefined when a part of the snapshot cannot be read: rsync can say which. */
async function tryWhole(
  tree: string,
  wanted: readonly BytePath[],
  signal: AbortSignal | undefined,
): Promise<Whole | undefined> {
  try {
    return await measureWhole(tree, wanted, signal);
  } catch (error) {
    if (error instanceof TransferError) {
      return undefined;
    }
    throw error;
  }
}

/** What rsync has to compare: of what is restored as a whole only the top of a whole snapshot. */
async function findDifferences(
  { whole, ...trees }: Compared & { whole: Whole | undefined },
  context: RsyncContext,
): Promise<Findings> {
  if (whole === undefined) {
    return tryDryRun((args) => compare(trees, args, context));
  }
  return trees.wanted.length === 0
    ? compare(trees, ["--exclude=/*"], context)
    : { items: [], deletions: [], entries: 0, problems: [] };
}

interface Compared {
  tree: string;
  target: string;
  wanted: readonly BytePath[];
}

/** rsync compares the wanted part of the snapshot with the target. It does not leave the file systems of the two. */
async function compare(
  { tree, target, wanted }: Compared,
  args: readonly string[],
  context: RsyncContext,
): Promise<Findings> {
  const found: Findings = { items: [], deletions: [], entries: 0, problems: [] };
  const statistics: string[] = [];
  const selection = wanted.length === 0 ? [] : ["--recursive", ...LISTED];
  const what = ["--dry-run", ...PRESERVE, ...args, "--delete", "--one-file-system", ...selection];
  const { problems } = await runRsync(
    {
      args: [
        ...what,
        `--out-format=${ITEM_FORMAT}`,
        "--stats",
        "--",
        withTrailingSlash(tree),
        withTrailingSlash(target),
      ],
      source: tree,
      ...(wanted.length === 0 ? {} : { input: fileList(wanted) }),
      onLine: (line) => {
        const item = parseItem(line);
        if (item === undefined) {
          statistics.push(line);
        } else if (isDeletion(item)) {
          found.deletions.push({ path: item.path, directory: item.directory });
        } else {
          found.items.push(item);
        }
      },
    },
    context,
  );
  return { ...found, entries: parseStatistics(statistics).entries, problems };
}

function bytesOf(item: Item): number {
  return isRegularFile(item) && item.code[0] === ">" ? item.length : 0;
}
