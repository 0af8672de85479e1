import { readdirSync } from "node:fs";
import { bytePathFromLatin1, parentOf, textOf } from "../path/byte-path.ts";
import { fileList } from "../transfer/file-list.ts";
import { copyFolderAttributes, copyTopAttributes } from "../transfer/folders.ts";
import { TOP_ITEM } from "../transfer/plan.ts";
import type { Problem } from "../transfer/problems.ts";
import { type OnProgress, parseProgress, progressAfter } from "../transfer/progress.ts";
import { type RsyncCall, type RsyncContext, runRsync } from "../transfer/rsync.ts";
import { PRESERVE, withTrailingSlash } from "../transfer/rsync-args.ts";
import type { RestorePlan } from "./restore-plan.ts";
import { linkedPaths, type Whole } from "./restore-whole.ts";

/** So much is given to rsync as arguments, in characters: the system takes 2 MiB. */
const MOST_IN_ARGUMENTS = 64 * 1024;

const LIST = ["--from0", "--files-from=-", "--no-implied-dirs"];

/** From a snapshot to the context's folder. */
interface Copying {
  tree: string;
  context: RsyncContext;
  onProgress: OnProgress | undefined;
}

/**
 * Copies what a plan says to the context's folder: rsync is told no more than that.
 * @returns what cannot be read. @throws TransferError
 */
export async function copyPlanned(
  plan: RestorePlan,
  context: RsyncContext,
  onProgress: OnProgress | undefined,
): Promise<Problem[]> {
  const copying = { tree: plan.tree, context, onProgress };
  return plan.whole === undefined ? await copyPaths(plan, copying) : await copyWhole(plan, plan.whole, copying);
}

/** The paths of the plan, and the files that new links belong to. */
async function copyPaths({ create, overwrite, touched }: RestorePlan, copying: Copying): Promise<Problem[]> {
  const changes = [...create, ...overwrite];
  const leaders = changes.flatMap(({ leader }) => (leader === undefined ? [] : [leader]));
  const paths = new Set([...changes.map(({ path }) => path), ...leaders, ...touched]);
  const top = paths.delete(TOP_ITEM);
  const problems = await callRsync({ args: LIST, sources: [copying.tree], input: fileList(paths) }, copying);
  if (top) {
    await copyTopAttributes({ source: copying.tree, target: "." }, copying.context);
  }
  return problems;
}

/**
 * Every file of a snapshot has other names in the store, so rsync would remember them all to find those in what is
 * restored. What has some there is copied first, by a list; then rsync finds it done and need not look for links.
 */
async function copyWhole(plan: RestorePlan, whole: Whole, copying: Copying): Promise<Problem[]> {
  // What is not whole are the top, and folders above, whose times change when something comes into them.
  const above = plan.create.flatMap(({ path }) => (path === TOP_ITEM ? [] : [path]));
  const trees = { source: copying.tree, target: "." };
  await copyFolderAttributes(trees, above, copying.context);
  const onProgress = await copyLinked(whole, copying);
  const { args, ...selection } = selectWhole(plan, whole);
  const walk = ["--recursive", "--one-file-system", "--no-hard-links", ...args];
  const problems = await callRsync({ ...selection, args: walk }, { ...copying, onProgress });
  await copyFolderAttributes(trees, above, copying.context);
  return problems;
}

/** What cannot be read is met again. @returns whom to tell of the progress of what is left. */
async function copyLinked(whole: Whole, copying: Copying): Promise<OnProgress | undefined> {
  if (whole.linked.size === 0) {
    return copying.onProgress;
  }
  const ahead = { bytes: 0, files: 0 };
  const onProgress: OnProgress = ({ bytes, files }) => {
    Object.assign(ahead, { bytes, files });
    copying.onProgress?.({ bytes, files });
  };
  const failures: unknown[] = [];
  const input = linkedList(whole, copying, failures);
  await callRsync({ args: LIST, sources: [copying.tree], input }, { ...copying, onProgress });
  if (failures.length > 0) {
    throw failures[0];
  }
  return progressAfter(ahead, copying.onProgress);
}

/** Ends where it fails, and keeps the failure: rsync waits for the end. */
async function* linkedList(whole: Whole, { tree, context }: Copying, failures: unknown[]): AsyncGenerator<Uint8Array> {
  try {
    for await (const paths of linkedPaths(tree, whole, context.signal)) {
      yield* fileList(paths);
    }
  } catch (error) {
    failures.push(error);
  }
}

/** What rsync copies, of which the snapshot is the top. */
interface Selection extends Pick<RsyncCall, "input"> {
  args: readonly string[];
  sources: readonly string[];
}

/**
 * rsync walks it by itself, which is faster than a list, and takes less memory; as for names at the top, a list of them
 * would have it look up every path below from the top on.
 */
function selectWhole({ tree, create, overwrite }: RestorePlan, { roots }: Whole): Selection {
  if ([...create, ...overwrite].some(({ path }) => path === TOP_ITEM)) {
    return { args: [], sources: [tree] };
  }
  const paths = roots.length === 0 ? readdirSync(tree, "latin1").map(bytePathFromLatin1) : roots;
  const names = paths.flatMap((path) => (parentOf(path) === "" ? (textOf(path) ?? []) : []));
  const sources = names.map((name) => `${tree}/${name}`);
  const isShort = sources.join(" ").length <= MOST_IN_ARGUMENTS;
  return names.length === 0 || names.length < paths.length || !isShort
    ? { args: LIST, sources: [tree], input: fileList(paths) }
    : { args: [], sources };
}

async function callRsync(
  { args, sources, input }: Selection,
  { tree, context, onProgress }: Copying,
): Promise<Problem[]> {
  const progress = onProgress === undefined ? [] : ["--info=progress2"];
  const from = sources.map((source) => (source === tree ? withTrailingSlash(tree) : source));
  const { problems } = await runRsync(
    {
      args: [...PRESERVE, ...args, ...progress, "--", ...from, "./"],
      source: tree,
      ...(input === undefined ? {} : { input }),
      onLine: (line) => {
        const step = parseProgress(line);
        if (step !== undefined) {
          onProgress?.(step);
        }
      },
    },
    context,
  );
  return problems;
}
