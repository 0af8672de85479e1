import { ancestorsOf, type BytePath, parentOf } from "../../path/byte-path.ts";
import { type Item, kindOf } from "../../transfer/items.ts";
import { type Deletion, TOP_ITEM } from "../../transfer/plan.ts";

/**
 * How an existing path differs from the snapshot's. "parent": it cannot be restored because something else than a
 * folder is in the place of a folder above it.
 */
export type Difference = "content" | "attributes" | "links" | "type" | "parent";

export interface RestoreChange extends Item {
  why: Difference;
}

/** Of the folder that takes what is replaced. */
export const REPLACED_PREFIX = ".bakup-replaced-";

export interface Sorted {
  create: Item[];
  overwrite: RestoreChange[];
  delete: Deletion[];
  conflict: RestoreChange[];
  /** Differences that are no reason to do anything: times of folders, the target itself, links of what stays different. */
  left: Set<BytePath>;
}

/** Decides about each difference. `exists` is asked only for paths whose parents are folders of the target. Pure. */
export function sortOut(
  found: { items: readonly Item[]; deletions: readonly Deletion[] },
  options: { overwrite: boolean; delete: boolean },
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

/** Folders that work in them gives another time, if they are restored and nothing else is to be done with them. Pure. */
export function touchedFolders(
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
