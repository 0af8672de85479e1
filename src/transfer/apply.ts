import { type BytePath, parentOf, TOP } from "../path/byte-path.ts";
import { fileList } from "./file-list.ts";
import { copyTopAttributes } from "./folders.ts";
import { ITEM_FORMAT, type Item, kindOf, parseItem } from "./items.ts";
import { planOpenLinks, TOP_ITEM, type Transfer, type TransferPlan } from "./plan.ts";
import type { Problem } from "./problems.ts";
import { type OnProgress, parseProgress } from "./progress.ts";
import { type RsyncContext, type RsyncOutcome, runRsync } from "./rsync.ts";
import { filterArguments, LISTED, PRESERVE, PRESERVE_ALL_BUT_ATTRIBUTES, withTrailingSlash } from "./rsync-args.ts";
import { copyAnew, sortItems } from "./sort-items.ts";
import { parseStatistics, type TreeSize } from "./statistics.ts";

export interface ApplyOptions {
  context: RsyncContext;
  /** Paths besides those of the plan whose folders' times must be set again. */
  touched?: readonly BytePath[];
  onProgress?: OnProgress | undefined;
}

export interface ChangeOptions extends Omit<ApplyOptions, "touched"> {
  /** Gives what shares an inode with history its own one, and says which paths it has touched. */
  unshare: (items: readonly Item[]) => Promise<readonly BytePath[]>;
  /** Plain files of at most so many bytes are copied anew where only their attributes change; none by default. */
  mostBytesCopiedAnew?: number;
}

/**
 * Copies just the paths of a plan; the plan's deletions are not done here. Never writes into an existing file: rsync
 * makes a new one and renames it, and what it changes in place has an inode of its own.
 * @throws TransferError
 */
export async function applyPlan(
  transfer: Transfer,
  plan: Pick<TransferPlan, "items" | "deletions">,
  options: ApplyOptions,
): Promise<RsyncOutcome> {
  const { copied, joined, rest } = sortItems(transfer.source, plan.items);
  const problems: Problem[] = [];
  let top = false;
  for (const { part, touched, args } of [
    {
      part: { items: copied, deletions: plan.deletions },
      touched: options.touched ?? [],
      args: [...PRESERVE, "--ignore-times"],
    },
    { part: { items: joined, deletions: [] }, touched: [], args: LINK_ONLY },
    { part: { items: rest, deletions: [] }, touched: joined.map(({ path }) => path), args: PRESERVE },
  ]) {
    const list = pathsToCopy(part, touched);
    top ||= list.top;
    if (list.paths.size > 0) {
      const outcome = await callRsync(transfer, options, {
        args: [...args, ...LISTED],
        input: fileList(list.paths),
      });
      problems.push(...outcome.problems);
    }
  }
  if (top) {
    await copyTopAttributes(transfer, options.context);
  }
  return { problems, deletionsHeld: false };
}

/**
 * Applies a plan, and then what it had to leave open, to a mirror. What shares an inode with history gets its own first.
 * @throws TransferError
 */
export async function changeMirror(
  transfer: Transfer,
  plan: TransferPlan,
  { unshare, mostBytesCopiedAnew = -1, ...options }: ChangeOptions,
): Promise<Problem[]> {
  const apply = async (part: Pick<TransferPlan, "items" | "deletions">) => {
    const items = copyAnew(transfer.source, part.items, mostBytesCopiedAnew);
    const touched = await unshare(items);
    return (await applyPlan(transfer, { ...part, items }, { ...options, touched })).problems;
  };
  const problems = await apply(plan);
  if (!plan.linksOpen) {
    return problems;
  }
  const items = await planOpenLinks(transfer, options.context);
  return [...problems, ...(await apply({ items, deletions: [] }))];
}

/** Makes links of what is there, and changes nothing else of it. */
const LINK_ONLY = ["--hard-links", "--links", "--devices", "--specials", "--size-only"];

/**
 * Everything in one walk, without a plan: the first transfer into an empty target, or with `mostDeletions` any transfer
 * to a target where nothing but rsync can work, or of which nothing is history yet. rsync changes attributes in place
 * there, and deletes what the source lacks: up to so many entries, for it may have lost its disk since the plan.
 * `onItem` is told of each change that rsync begins to make. `withoutAttributes` neither side has ACLs or extended
 * attributes.
 * @throws TransferError
 */
export async function copyEverything(
  transfer: Transfer,
  options: ApplyOptions & { mostDeletions?: number; onItem?: (item: Item) => void; withoutAttributes?: boolean },
): Promise<RsyncOutcome & { source: TreeSize }> {
  const statistics: string[] = [];
  const { mostDeletions, onItem, withoutAttributes = false } = options;
  const preserve = withoutAttributes ? PRESERVE_ALL_BUT_ATTRIBUTES : PRESERVE;
  const deletion =
    mostDeletions === undefined ? [] : ["--delete", "--delete-excluded", `--max-delete=${mostDeletions}`];
  const items = onItem === undefined ? [] : [`--out-format=${ITEM_FORMAT}`];
  const outcome = await callRsync(transfer, options, {
    args: [...preserve, ...deletion, ...items, ...filterArguments(transfer.filters), "--stats"],
    onLine: (line) => {
      const item = onItem === undefined ? undefined : parseItem(line);
      if (item === undefined) {
        statistics.push(line);
      } else {
        onItem?.(item);
      }
    },
  });
  return { ...outcome, source: parseStatistics(statistics) };
}

/**
 * What rsync must be told to look at: each planned path, the file that a new link belongs to, and the folders whose
 * times our own work in them has changed. The top folder cannot be named in a list without its contents.
 */
function pathsToCopy(
  plan: Pick<TransferPlan, "items" | "deletions">,
  touched: readonly BytePath[],
): { paths: Set<BytePath>; top: boolean } {
  const paths = new Set<BytePath>();
  for (const item of plan.items) {
    paths.add(item.path);
    if (item.leader !== undefined) {
      paths.add(item.leader);
      // rsync may make that one the link, and change the time of its folder.
      paths.add(parentOf(item.leader));
    }
    if (!(item.directory && kindOf(item) === "attributes")) {
      paths.add(parentOf(item.path));
    }
  }
  const deletedFolders = new Set(plan.deletions.flatMap(({ path, directory }) => (directory ? [path] : [])));
  for (const path of [...plan.deletions.map((deletion) => deletion.path), ...touched]) {
    const parent = parentOf(path);
    if (!deletedFolders.has(parent)) {
      paths.add(parent);
    }
  }
  const top = paths.delete(TOP_ITEM) || paths.has(TOP);
  paths.delete(TOP);
  return { paths, top };
}

function callRsync(
  transfer: Transfer,
  { context, onProgress }: ApplyOptions,
  call: { args: readonly string[]; input?: Iterable<Uint8Array>; onLine?: (line: string) => void },
): Promise<RsyncOutcome> {
  const progress = onProgress === undefined ? [] : ["--info=progress2"];
  return runRsync(
    {
      args: [...call.args, ...progress, "--", withTrailingSlash(transfer.source), withTrailingSlash(transfer.target)],
      source: transfer.source,
      ...(call.input === undefined ? {} : { input: call.input }),
      onLine: (line) => {
        const step = onProgress === undefined ? undefined : parseProgress(line);
        if (step === undefined) {
          call.onLine?.(line);
        } else {
          onProgress?.(step);
        }
      },
    },
    context,
  );
}
