import { readdirSync } from "node:fs";
import { ancestorsOf, type BytePath, bytePathFromLatin1, parentOf, TOP, textOf } from "../../path/byte-path.ts";
import { AttributeSearch } from "../../transfer/attribute-search.ts";
import { fileList } from "../../transfer/file-list.ts";
import { copyFolderAttributes, copyTopAttributes } from "../../transfer/folders.ts";
import { TOP_ITEM } from "../../transfer/plan.ts";
import type { Problem } from "../../transfer/problems.ts";
import { type OnProgress, parseProgress, progressAfter } from "../../transfer/progress.ts";
import { type RsyncCall, type RsyncContext, runRsync } from "../../transfer/rsync.ts";
import { LISTED, PRESERVE, PRESERVE_ALL_BUT_ATTRIBUTES, withTrailingSlash } from "../../transfer/rsync-args.ts";
import { SmallFiles } from "../../transfer/small-files.ts";
import type { RestorePlan } from "./plan.ts";
import { linkedPaths, sortUnlinked, type Whole } from "./whole.ts";

/** So much is given to rsync as arguments, in characters: the system takes 2 MiB. */
const MOST_IN_ARGUMENTS = 64 * 1024;

const JUST_LISTED = [...PRESERVE, ...LISTED];

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
  const problems = await callRsync({ args: JUST_LISTED, sources: [copying.tree], input: fileList(paths) }, copying);
  if (top) {
    await copyTopAttributes({ source: copying.tree, target: "." }, copying.context);
  }
  return problems;
}

/**
 * Most is copied ahead: files with two names in what is restored by a list of rsync's, which would remember all others if
 * it looked for links by itself, as they all have other names in the store; and small ones by our own threads, for which
 * rsync takes three times as long. Then rsync walks through all of it, and has the last word.
 */
async function copyWhole(plan: RestorePlan, whole: Whole, copying: Copying): Promise<Problem[]> {
  // What is not whole are the top, and folders above, whose times change when something comes into them.
  const above = plan.create.flatMap(({ path }) => (path === TOP_ITEM ? [] : [path]));
  await copyAbove(above, copying, { isWritable: true });
  const afterLinks = await copyLinked(whole, copying);
  const attributes = await searchTarget(whole, copying);
  try {
    const afterSmall = await copySmall(whole, attributes, { ...copying, onProgress: afterLinks });
    const { args, ...selection } = selectWhole(plan, whole);
    const kept = attributes.found ? PRESERVE : PRESERVE_ALL_BUT_ATTRIBUTES;
    const walk = [...kept, "--no-hard-links", "--recursive", "--one-file-system", ...args];
    const problems = await callRsync({ ...selection, args: walk }, { ...copying, onProgress: afterSmall });
    await copyAbove(above, copying, { isWritable: false });
    return problems;
  } finally {
    attributes.close();
  }
}

async function copyAbove(
  above: readonly BytePath[],
  { tree, context }: Copying,
  options: { isWritable: boolean },
): Promise<void> {
  if (above.length > 0) {
    await copyFolderAttributes({ source: tree, target: "." }, above, context, options);
  }
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
  await callRsync({ args: JUST_LISTED, sources: [copying.tree], input }, { ...copying, onProgress });
  if (failures.length > 0) {
    throw failures[0];
  }
  return progressAfter(ahead, copying.onProgress);
}

/** For what has ACLs or other attributes in the snapshot; as good as found where something comes into a folder with some. */
async function searchTarget({ roots }: Whole, { tree, context }: Copying): Promise<AttributeSearch> {
  const [search, ofTarget] = [new AttributeSearch(tree), new AttributeSearch(context.cwd ?? ".")];
  await ofTarget.look([TOP, ...new Set(roots.flatMap(ancestorsOf))]);
  ofTarget.close();
  search.tell(ofTarget.found);
  return search;
}

/** Without a word of what cannot be copied. @returns whom to tell of the progress of what is left. */
async function copySmall(
  whole: Whole,
  attributes: AttributeSearch,
  { tree, context, onProgress }: Copying,
): Promise<OnProgress | undefined> {
  const { cwd = ".", signal } = context;
  const small = new SmallFiles(tree, cwd, { areStill: true, attributes, onProgress, signal });
  try {
    for await (const sorted of sortUnlinked(tree, whole, signal)) {
      await small.take(sorted);
    }
  } finally {
    await small.finish();
  }
  signal?.throwIfAborted();
  return progressAfter(small.progress, onProgress);
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
    ? { args: LISTED, sources: [tree], input: fileList(paths) }
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
      args: [...args, ...progress, "--", ...from, "./"],
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
