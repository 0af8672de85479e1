import { bytePathFromLatin1 } from "../path/byte-path.ts";
import { tryDryRun } from "./dry-run.ts";
import { ITEM_FORMAT, type Item, isDeletion, isRegularFile, kindOf, parseItem } from "./items.ts";
import type { Problem } from "./problems.ts";
import { type RsyncContext, runRsync } from "./rsync.ts";
import { type Filters, filterArguments, PRESERVE, withTrailingSlash } from "./rsync-args.ts";
import { parseStatistics, type TreeSize } from "./statistics.ts";

/** Two trees and what of the first belongs into the second. */
export interface Transfer {
  /** Absolute path of the tree to read. */
  source: string;
  /** The tree to change: absolute, or relative to the context's cwd. */
  target: string;
  filters: Filters;
}

/** Everything that would make the target equal to the source. */
export interface TransferPlan {
  items: Item[];
  deletions: Deletion[];
  /** How large the source is, after the filters. */
  source: TreeSize;
  changes: ChangeCounts;
  problems: Problem[];
  deletionsHeld: boolean;
  /** Which links, pipes and devices are links of what has not changed could not be found out yet. */
  linksOpen?: true;
}

export type Deletion = Pick<Item, "path" | "directory">;

export interface ChangeCounts {
  /** Files, folders, links… that are new in the target. */
  created: number;
  /** Existing ones whose content changes. */
  changed: number;
  /** Existing ones of which only attributes or links change. */
  attributes: number;
  deleted: number;
  /** Bytes of the regular files that are copied. */
  bytes: number;
}

/** Finds out what has changed, by rsync's walk of both trees. Changes nothing. */
export async function planTransfer(transfer: Transfer, context: RsyncContext): Promise<TransferPlan> {
  const plan = await tryDryRun((args) => walk(transfer, args, context));
  return { ...plan, changes: countChanges(plan.items, plan.deletions.length) };
}

/**
 * Once a plan whose links are open has been applied: what else has another name there, by one more walk. Changes nothing.
 */
export async function planOpenLinks(transfer: Transfer, context: RsyncContext): Promise<Item[]> {
  const { items } = await planTransfer(transfer, context);
  return items.filter((item) => kindOf(item) === "linked" && !isRegularFile(item));
}

async function walk(
  transfer: Transfer,
  args: readonly string[],
  context: RsyncContext,
): Promise<Omit<TransferPlan, "changes">> {
  const items: Item[] = [];
  const deletions: Deletion[] = [];
  const statistics: string[] = [];
  const outcome = await runRsync(
    {
      args: [
        "--dry-run",
        ...PRESERVE,
        ...args,
        "--delete",
        "--delete-excluded",
        ...filterArguments(transfer.filters),
        `--out-format=${ITEM_FORMAT}`,
        "--stats",
        "--",
        withTrailingSlash(transfer.source),
        withTrailingSlash(transfer.target),
      ],
      source: transfer.source,
      onLine: (line) => {
        const item = parseItem(line);
        if (item === undefined) {
          statistics.push(line);
        } else if (isDeletion(item)) {
          deletions.push({ path: item.path, directory: item.directory });
        } else {
          items.push(item);
        }
      },
    },
    context,
  );
  return {
    items,
    deletions,
    source: parseStatistics(statistics),
    problems: outcome.problems,
    deletionsHeld: outcome.deletionsHeld,
  };
}

/** Counts a plan's changes by kind. The folder at the top is not counted. */
export function countChanges(items: readonly Item[], deleted: number): ChangeCounts {
  const counts: ChangeCounts = { created: 0, changed: 0, attributes: 0, deleted, bytes: 0 };
  for (const item of items) {
    if (item.path === TOP_ITEM) {
      continue;
    }
    const kind = kindOf(item);
    if (kind === "created") {
      counts.created += 1;
    } else if (kind === "content") {
      counts.changed += 1;
    } else {
      counts.attributes += 1;
    }
    if (isRegularFile(item) && (item.code[0] === ">" || item.code[0] === "<")) {
      counts.bytes += item.length;
    }
  }
  return counts;
}

/** How rsync names the top folder itself. */
export const TOP_ITEM = bytePathFromLatin1(".");

export function isEmptyPlan(plan: TransferPlan): boolean {
  return plan.items.length === 0 && plan.deletions.length === 0;
}
