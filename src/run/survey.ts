import { readMounts } from "../disk/mountinfo.ts";
import { contains } from "../path/containment.ts";
import type { Store } from "../store/layout.ts";
import { inIndex, isIndexDoubted, plainListing, readIndex, type SourceIndex } from "../store/source-index.ts";
import { compareListings, type Differences } from "../transfer/index/compare-listings.ts";
import { ListingError, type ListOptions, listSource } from "../transfer/index/list-source.ts";
import { addOtherNames, inodesNamedElsewhere } from "../transfer/index/other-names.ts";
import { readPacked } from "../transfer/index/packed.ts";
import { type IndexOwner, reasonToWalk } from "../transfer/index/reason-to-walk.ts";
import type { Transfer } from "../transfer/plan.ts";
import type { RunContext } from "./context.ts";
import { indexOwnerOf } from "./index-owner.ts";

/** A listing of the source, and what it says; each entry was listed before it was copied. */
export interface Survey {
  transfer: Transfer;
  owner: IndexOwner;
  /** When the listing began. */
  listed: Date;
  /** What was mounted then. */
  mounts: string;
  /** The index that it was compared with. */
  index: SourceIndex | undefined;
  differences: Differences | undefined;
  /** Whether this run has also walked both trees. */
  walked: boolean;
  /** Why only a walk tells what has changed. */
  reason: string | undefined;
  /** Gives the name of the packed listing. */
  packing?: Promise<string>;
}

/**
 * Lists the source and compares it with the index, if there is one that holds. A survey that fails says so and is none:
 * then a walk of both trees is all there is, and no index comes of this run. `meanwhile` gets what is listed, too.
 */
export async function surveySource(
  context: RunContext,
  transfer: Transfer,
  meanwhile?: ListOptions["meanwhile"],
): Promise<Survey | string> {
  const { job, store } = context;
  if (store === undefined) {
    return "there is no store yet";
  }
  if (!job.walk.index || !job.filters.oneFileSystem) {
    return job.walk.index ? "the source may span file systems" : "the index is switched off";
  }
  if (isIndexDoubted(store)) {
    return "the index had missed changes and is not used any more; to use it again: bakup accept";
  }
  const owner = indexOwnerOf(store, transfer, { wholeSeconds: context.wholeSeconds === true });
  if (owner === undefined) {
    return "the source's file system keeps too little to rely on an index";
  }
  try {
    return await survey(context, { store, transfer, owner, meanwhile });
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ListingError) {
      return `the source cannot be listed as a whole: ${error.message}`;
    }
    throw error;
  }
}

async function survey(
  context: RunContext,
  {
    store,
    transfer,
    owner,
    meanwhile,
  }: Pick<Survey, "transfer" | "owner"> & Pick<ListOptions, "meanwhile"> & { store: Store },
): Promise<Survey> {
  const { job, signal } = context;
  const listed = new Date();
  const index = readIndex(store);
  const listing = () =>
    listSource({
      source: transfer.source,
      excludedRoots: transfer.filters.excludedRoots,
      now: listed.getTime() / 1000,
      mark: listed.getTime().toString(36),
      saveTo: job.dryRun ? undefined : plainListing(store),
      meanwhile,
      signal,
    });
  const base = { transfer, owner, listed, mounts: mountsIn(transfer), index, walked: false };
  const reason = index === undefined ? "there is no index yet" : reasonToWalk(index, { owner, time: listed });
  if (index === undefined || reason !== undefined) {
    await readToEnd(listing());
    return { ...base, differences: undefined, reason };
  }
  const earlier = () => readPacked(inIndex(store, index.listing), signal);
  const differences = await compare(earlier(), listing());
  if (typeof differences === "string") {
    signal.throwIfAborted();
    await readToEnd(listing());
    return { ...base, differences: undefined, reason: differences };
  }
  const inodes = inodesNamedElsewhere(differences);
  if (inodes.size > 0) {
    await addOtherNames(differences, inodes, earlier());
  }
  return { ...base, differences, reason: undefined };
}

/** @returns why the comparison says nothing: the index is damaged, or too much differs. @throws ListingError */
async function compare(before: AsyncIterable<Buffer>, after: AsyncIterable<Buffer>): Promise<Differences | string> {
  const damage: ListingError[] = [];
  const differences = await compareListings(watch(before, damage), after);
  if (damage[0] !== undefined) {
    return damage[0].message;
  }
  return differences ?? "more has changed than is worth comparing one by one";
}

/** Ends a stream where it fails, and keeps the failure. */
async function* watch(chunks: AsyncIterable<Buffer>, failures: ListingError[]): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof ListingError)) {
      throw error;
    }
    failures.push(error);
  }
}

async function readToEnd(chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of chunks) {
    // Only the file that it also writes is of use.
  }
}

/** What is mounted where in the source: a mount that comes or goes hides files without any trace in them. */
export function mountsIn({ source, filters }: Pick<Transfer, "source" | "filters">): string {
  const isLeftOut = (point: string) => filters.excludedRoots.some((root) => contains(root, point));
  const mounts = readMounts().filter(
    ({ point }) => contains(point, source) || (contains(source, point) && !isLeftOut(point)),
  );
  return JSON.stringify(mounts);
}
