import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { describeError } from "../errors/describe.ts";
import { withBeneath } from "../path/beneath.ts";
import { type BytePath, bytePathFromLatin1, bytePathFromText } from "../path/byte-path.ts";
import type { Store } from "../store/layout.ts";
import {
  dropIndex,
  INDEX_VERSION,
  inIndex,
  isIndexDoubted,
  plainListing,
  tidyIndex,
  writeIndex,
} from "../store/source-index.ts";
import { syncFileSystem } from "../store/whole-tree.ts";
import { packListing } from "../transfer/index/packed.ts";
import type { Problem } from "../transfer/problems.ts";
import { type RunContext, rsyncContext } from "./context.ts";
import { mountsIn, type Survey } from "./survey.ts";

/** So many problems an index can remember; with more, the next run had better look at everything. */
const MOST_PROBLEMS = 1_000;

/** Begins to pack the listing of a survey that differs from the index, beside what else the run does. */
export function packSurvey({ survey, store, signal }: RunContext): void {
  if (survey === undefined || store === undefined || isSameAsIndex(survey)) {
    return;
  }
  const name = `listing-${survey.listed.getTime().toString(36)}.gz`;
  const packing = packListing(plainListing(store), inIndex(store, name), signal).then(() => {
    rmSync(plainListing(store), { force: true });
    return name;
  });
  packing.catch(() => undefined);
  survey.packing = packing;
}

function isSameAsIndex({ index, differences }: Survey): boolean {
  return index !== undefined && differences !== undefined && countOf(differences) === 0;
}

function countOf({ added, removed, changed }: NonNullable<Survey["differences"]>): number {
  return added.size + removed.size + changed.size;
}

/**
 * Makes the survey the index of the next run, once the mirror is equal to it and on the disk. An index that cannot be
 * kept costs the next run a walk, and this one nothing.
 */
export async function keepIndex(context: RunContext): Promise<void> {
  const { store, survey, journal, signal } = context;
  if (store === undefined) {
    return;
  }
  try {
    if (survey !== undefined) {
      await keep(context, store, survey);
    }
    tidyIndex(store);
  } catch (error) {
    signal.throwIfAborted();
    dropIndex(store);
    context.warnings += 1;
    journal.event("warning", {
      text: `no index was kept, so the next run looks at everything: ${describeError(error)}`,
    });
  }
}

async function keep(context: RunContext, store: Store, survey: Survey): Promise<void> {
  const { transferred } = context;
  const again = transferred === undefined ? undefined : pathsToAskAgain(context, transferred.problems);
  const isWhole = context.plan?.deletionsHeld !== true && survey.mounts === mountsIn(survey.transfer);
  const isDoubted = isIndexDoubted(store);
  if (transferred === undefined || again === undefined || !isWhole || isDoubted) {
    dropIndex(store);
    return;
  }
  if (isSameAsIndex(survey) && !survey.walked && transferred.unchanged && sameNames(survey.index?.again, again)) {
    return;
  }
  const listing = (await survey.packing) ?? survey.index?.listing;
  if (listing === undefined) {
    return;
  }
  if (context.snapshot === undefined) {
    await syncFileSystem(`${store.root}/.`, rsyncContext(context));
  }
  const listed = survey.listed.toISOString();
  writeIndex(store, {
    version: INDEX_VERSION,
    owner: survey.owner,
    times: { listed, walked: survey.walked ? listed : (survey.index?.times.walked ?? listed) },
    size: transferred.source,
    again,
    listing,
  });
}

function sameNames(before: readonly string[] | undefined, now: readonly string[]): boolean {
  return JSON.stringify(before ?? []) === JSON.stringify(now);
}

/**
 * What could not be copied as it is, relative to the source. Undefined when that cannot be told path by path: for
 * folders, for one of several names of a file, and for paths that lie elsewhere.
 */
function pathsToAskAgain({ job }: RunContext, problems: readonly Problem[]): BytePath[] | undefined {
  const source = resolve(job.source);
  const paths = problems.map(({ path }) => relativeTo(source, path));
  const clear = paths.filter((path): path is BytePath => path !== undefined && !isShared(source, path));
  return clear.length === problems.length && clear.length <= MOST_PROBLEMS ? clear : undefined;
}

function relativeTo(source: string, path: BytePath): BytePath | undefined {
  const top = bytePathFromText(source.endsWith("/") ? source : `${source}/`);
  return path.startsWith(top) && path.length > top.length ? bytePathFromLatin1(path.slice(top.length)) : undefined;
}

function isShared(source: string, path: BytePath): boolean {
  const status = withBeneath(source, (tree) => tree.look(path));
  return status !== undefined && (status.isDirectory() || status.nlink > 1n);
}
