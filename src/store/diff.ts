import { ancestorsOf, type BytePath, parentOf } from "../path/byte-path.ts";
import { type Item, kindOf } from "../transfer/items.ts";
import { planTransfer, TOP_ITEM, type TransferPlan } from "../transfer/plan.ts";
import type { Problem } from "../transfer/problems.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import { lookAt, pathInTree } from "./look-up.ts";

/** "type": a file where a folder was, and the like. "attributes": also which paths are links of one file. */
export type DiffKind = "created" | "deleted" | "content" | "attributes" | "type";

export interface DiffEntry {
  path: BytePath;
  kind: DiffKind;
  /** rsync's eleven item letters; "*deleting" for what is gone. */
  code: string;
  directory: boolean;
  /** Of a regular file in the second tree, in bytes. */
  length: number;
}

export interface Diff {
  /** Sorted by path. The top folder itself has the path ".". */
  entries: DiffEntry[];
  /** Files that could not be compared. */
  problems: Problem[];
}

const NO_FILTERS = { excludedRoots: [], exclude: [], oneFileSystem: false };

/**
 * What changed from tree `a` to tree `b`, both absolute: as rsync sees it, by size, time and attributes. With `paths`,
 * only what is, or lies below, one of them.
 * @throws TransferError; StoreError for a path with "..".
 */
export async function diffTrees(
  a: string,
  b: string,
  context: RsyncContext,
  paths: readonly BytePath[] = [],
): Promise<Diff> {
  const wanted = new Set(paths.map(pathInTree));
  const plan = await planTransfer({ source: b, target: a, filters: NO_FILTERS }, context);
  const entries = sortDifferences(plan, (path) => lookAt(a, path) !== undefined);
  const everything = wanted.size === 0 || [...wanted].some((path) => path === "");
  return {
    entries: everything
      ? entries
      : entries.filter(({ path }) => [path, ...ancestorsOf(path)].some((each) => wanted.has(each))),
    problems: plan.problems,
  };
}

/** Names the kind of each difference. `existed` is asked only for paths whose parents are folders in both trees. Pure. */
export function sortDifferences(
  plan: Pick<TransferPlan, "items" | "deletions">,
  existed: (path: BytePath) => boolean,
): DiffEntry[] {
  const newFolders = new Set<BytePath>();
  const entries: DiffEntry[] = plan.deletions.map(({ path, directory }) => ({
    path,
    kind: "deleted",
    code: "*deleting",
    directory,
    length: 0,
  }));
  for (const { path, code, directory, length } of [...plan.items].sort(byPath)) {
    const kind = differenceOf(code, path, () => !newFolders.has(parentOf(path)) && existed(path));
    entries.push({ path, kind, code, directory, length });
    if (directory && (kind === "created" || kind === "type")) {
      newFolders.add(path);
    }
  }
  return entries.sort(byPath);
}

function byPath(a: { path: BytePath }, b: { path: BytePath }): number {
  return a.path === b.path ? 0 : a.path < b.path ? -1 : 1;
}

/** A path that became, or stays, a link of another has other contents when its own letters say so. */
function differenceOf(code: string, path: BytePath, existed: () => boolean): DiffKind {
  const kind = kindOf({ code } as Item);
  if (kind === "created") {
    return path !== TOP_ITEM && existed() ? "type" : "created";
  }
  return kind === "linked" ? (/[cst]/.test(code.slice(2, 5)) ? "content" : "attributes") : kind;
}
