import { type BigIntStats, lstatSync } from "node:fs";
import { ancestorsOf, type BytePath, below } from "../../path/byte-path.ts";
import { countChanges, TOP_ITEM, type Transfer, type TransferPlan } from "../plan.ts";

const NANOSECONDS = 1_000_000_000n;

/**
 * What a walk of both trees found and a plan from the index had not, though nothing there has changed since the listing:
 * such a path shows that the index cannot be relied on. `since` is in seconds since 1970, a little before the listing.
 */
export function missedPaths(
  transfer: Pick<Transfer, "source">,
  { walked, indexed, since }: { walked: TransferPlan; indexed: TransferPlan; since: number },
): BytePath[] {
  const known = pathsOf(indexed);
  return [...pathsOf(walked)].filter((path) => !known.has(path) && !hasChanged(transfer.source, path, since));
}

/** What is new, gone, moved or different since then shows it in its own inode, or in one of the folders above it. */
function hasChanged(source: string, path: BytePath, since: number): boolean {
  const limit = BigInt(Math.floor(since)) * NANOSECONDS;
  return [path, ...ancestorsOf(path), TOP_ITEM].some((each) => (statusOf(source, each)?.ctimeNs ?? 0n) >= limit);
}

function statusOf(source: string, path: BytePath): BigIntStats | undefined {
  try {
    return lstatSync(below(source, path), { bigint: true });
  } catch {
    return undefined;
  }
}

/** Both plans in one: what the index knows, and what only the walk has found. */
export function joinPlans(walked: TransferPlan, indexed: TransferPlan): TransferPlan {
  const known = pathsOf(indexed);
  const isNew = ({ path }: { path: BytePath }) => !known.has(path);
  const items = [...indexed.items, ...walked.items.filter(isNew)];
  const deletions = [...indexed.deletions, ...walked.deletions.filter(isNew)];
  return { ...walked, items, deletions, changes: countChanges(items, deletions.length) };
}

function pathsOf({ items, deletions }: TransferPlan): Set<BytePath> {
  return new Set([...items, ...deletions].map(({ path }) => path));
}
