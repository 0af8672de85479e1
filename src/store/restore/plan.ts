import { TransferError } from "../../errors/errors.ts";
import { ancestorsOf, type BytePath, parentOf } from "../../path/byte-path.ts";
import { tryDryRun } from "../../transfer/dry-run.ts";
import { fileList } from "../../transfer/file-list.ts";
import { ITEM_FORMAT, type Item, isDeletion, isRegularFile, kindOf, parseItem } from "../../transfer/items.ts";
import { type Deletion, TOP_ITEM } from "../../transfer/plan.ts";
import type { Problem } from "../../transfer/problems.ts";
import { type RsyncContext, runRsync } from "../../transfer/rsync.ts";
import { PRESERVE, withTrailingSlash } from "../../transfer/rsync-args.ts";
import { parseStatistics } from "../../transfer/statistics.ts";
import { lookAt } from "../look-up.ts";
import { snapshotName } from "../names.ts";
import { isFree, missingParents, refuseStoreBelow, resolveTarget, wantedPaths } from "./place.ts";
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

/**
 * How an existing path differs from the snapshot's. "parent": it cannot be restored because something else than a
 * folder is in the place of a folder above it.
 */
export type Difference = "content" | "attributes" | "links" | "type" | "parent";

export interface RestoreChange extends Item {
  why: Difference;
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

export const REPLACED_PREFIX = ".bakup-replaced-";

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
  const selection = wanted.length === 0 ? [] : ["--recursive", "--from0", "--files-from=-", "--no-implied-dirs"];
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

interface Sorted extends Pick<RestorePlan, "create" | "overwrite" | "delete" | "conflict"> {
  /** Differences that are no reason to do anything: times of folders, the target itself, links of what stays different. */
  left: Set<BytePath>;
}

/** Decides about each difference. `exists` is asked only for paths whose parents are folders of the target. Pure. */
export function sortOut(
  found: Pick<Findings, "items" | "deletions">,
  options: Pick<RestoreRequest, "overwrite" | "delete">,
  exists: (path: BytePath) => boolean,
): Sorted {
  const sorted: Sorted = { create: [], overwrite: [], delete: [], conflict: [], left: new Set() };
  const newFolders = new Set<BytePath>();
  const otherTypes = new Set<BytePath>();
  /** Below these nothing can be restored. */
  const blocked = new Set<BytePath>();
  for (const item of [...found.items].sort(byPath)) {
    const parent = parentOf(item.path);
    const isThere = (path: BytePath) => !newFolders.has(parent) && exists(path);
    const why = blocked.has(parent) ? "parent" : differenceOf(item, isThere);
    const replace = why === undefined || options.overwrite;
    addIf(otherTypes, item.path, why === "type");
    addIf(blocked, item.path, !replace && (why === "type" || why === "parent"));
    addIf(newFolders, item.path, replace && item.directory && (why ?? "type") === "type");
    if (why === undefined) {
      sorted.create.push(item);
    } else if (replace) {
      sorted.overwrite.push({ ...item, why });
    } else if (item.path === TOP_ITEM || isTimeOfFolder(item)) {
      sorted.left.add(item.path);
    } else {
      sorted.conflict.push({ ...item, why });
    }
  }
  if (options.delete) {
    sorted.delete = found.deletions.filter(
      ({ path }) =>
        !path.startsWith(REPLACED_PREFIX) && ![path, ...ancestorsOf(path)].some((above) => otherTypes.has(above)),
    );
  }
  const conflicts = new Set(sorted.conflict.flatMap(({ path, why }) => (why === "links" ? [] : [path])));
  sorted.conflict = sorted.conflict.filter((item) => {
    const alone = isLinkOnly(item) && item.leader !== undefined && conflicts.has(item.leader);
    addIf(sorted.left, item.path, alone);
    return !alone;
  });
  sorted.create = withoutLeaders(sorted.create, conflicts);
  sorted.overwrite = withoutLeaders(sorted.overwrite, conflicts);
  return sorted;
}

function byPath(a: Item, b: Item): number {
  return a.path < b.path ? -1 : 1;
}

function addIf(set: Set<BytePath>, path: BytePath, condition: boolean): void {
  if (condition) {
    set.add(path);
  }
}

function differenceOf(item: Item, exists: (path: BytePath) => boolean): Difference | undefined {
  const kind = kindOf(item);
  if (kind === "created") {
    return item.path !== TOP_ITEM && exists(item.path) ? "type" : undefined;
  }
  return kind === "linked" ? "links" : kind;
}

/** Whether a folder differs in nothing but its time, as it does after any work in it. */
export function isTimeOfFolder(item: Item): boolean {
  return /^\.d\.\.[tT]\.*$/.test(item.code);
}

/** Whether all that is wrong with a path is that it is no link of its leader. */
function isLinkOnly(item: Item): boolean {
  return /^h.[. ]*$/.test(item.code);
}

/** A path cannot become a link of one that stays different: it gets contents of its own. */
function withoutLeaders<T extends Item>(items: readonly T[], conflicts: ReadonlySet<BytePath>): T[] {
  return items.map((item) => {
    if (item.leader === undefined || !conflicts.has(item.leader)) {
      return item;
    }
    const { leader: _, ...alone } = item;
    return { ...alone, code: item.code.replace(/^h/, ">") } as T;
  });
}

function bytesOf(item: Item): number {
  return isRegularFile(item) && item.code[0] === ">" ? item.length : 0;
}

function touchedFolders(
  changes: readonly Deletion[],
  wanted: readonly BytePath[],
  { left, conflict, delete: deletions }: Sorted,
): BytePath[] {
  const restored = new Set(wanted);
  const others = new Set([...left, ...[...conflict, ...deletions].map(({ path }) => path)]);
  const folders = new Set(
    changes.flatMap(({ path }) => (path === TOP_ITEM ? [] : [parentOf(path) === "" ? TOP_ITEM : parentOf(path)])),
  );
  return [...folders].filter(
    (folder) =>
      !others.has(folder) && (wanted.length === 0 || [folder, ...ancestorsOf(folder)].some((it) => restored.has(it))),
  );
}
