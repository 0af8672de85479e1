import { ancestorsOf, type BytePath } from "../../path/byte-path.ts";
import { tryDryRun } from "../dry-run.ts";
import { fileList } from "../file-list.ts";
import { ITEM_FORMAT, type Item, isDeletion, isUnchanged, parseItem } from "../items.ts";
import { TOP_ITEM, type Transfer } from "../plan.ts";
import type { Problem } from "../problems.ts";
import { type RsyncContext, runRsync } from "../rsync.ts";
import { filterArguments, LISTED, PRESERVE, withTrailingSlash } from "../rsync-args.ts";
import type { Questions } from "./questions.ts";

/** What rsync said about the paths that it was asked about. */
export interface Answers {
  /** The changes, as a walk of both trees would name them. */
  items: Item[];
  /** What must make way in the target. */
  deletions: Item[];
  /** Every path that is in the source and that no filter leaves out, whether it changes or not. */
  present: Set<BytePath>;
  problems: Problem[];
  linksOpen?: true;
}

const ASKED_ABOUT = [...LISTED, "--ignore-missing-args", "--force"];

/** Lets rsync compare just these paths of both trees, and changes nothing. @throws TransferError */
export async function askRsync(
  transfer: Transfer,
  questions: Questions,
  { isInMirror, context }: { isInMirror: (folder: BytePath) => boolean; context: RsyncContext },
): Promise<Answers> {
  const answers = await askAll(transfer, questions, context);
  // rsync looks at a path that is named in a list also where a filter leaves out a folder above it.
  const belongs = (path: BytePath) =>
    ancestorsOf(path).every((folder) => answers.present.has(folder) || isInMirror(folder));
  const isLed = answers.items.some(({ leader }) => leader !== undefined && !belongs(leader));
  if (!isLed) {
    return onlyThose(belongs, answers);
  }
  const within = (paths: ReadonlySet<BytePath>) => new Set([...paths].filter(belongs));
  const { plain, contents, top } = questions;
  const again = await askAll(transfer, { plain: within(plain), contents: within(contents), top }, context);
  return onlyThose(belongs, again);
}

function onlyThose(belongs: (path: BytePath) => boolean, answers: Answers): Answers {
  return {
    ...answers,
    items: answers.items.filter(({ path }) => belongs(path)),
    present: new Set([...answers.present].filter((path) => path !== TOP_ITEM && belongs(path))),
  };
}

async function askAll(
  transfer: Transfer,
  { plain, contents, top }: Questions,
  context: RsyncContext,
): Promise<Answers> {
  const ask = (args: readonly string[], paths?: ReadonlySet<BytePath>) =>
    tryDryRun((more) => callRsync(transfer, { args: [...more, ...args], paths, context }));
  const all = await Promise.all([
    ...(plain.size > 0 ? [ask(ASKED_ABOUT, plain)] : []),
    ...(contents.size > 0 ? [ask(["--checksum", ...ASKED_ABOUT], contents)] : []),
    ...(top ? [ask(["--no-recursive", "--dirs", "--exclude=/*"])] : []),
  ]);
  const isOpen = all.some(({ linksOpen }) => linksOpen);
  return {
    ...(isOpen ? { linksOpen: true } : {}),
    items: all.flatMap(({ items }) => items),
    deletions: all.flatMap(({ deletions }) => deletions),
    present: new Set(all.flatMap(({ present }) => [...present])),
    problems: all.flatMap(({ problems }) => problems),
  };
}

async function callRsync(
  transfer: Transfer,
  {
    args,
    paths,
    context,
  }: { args: readonly string[]; paths: ReadonlySet<BytePath> | undefined; context: RsyncContext },
): Promise<Answers> {
  const answers: Answers = { items: [], deletions: [], present: new Set(), problems: [] };
  const { problems } = await runRsync(
    {
      args: [
        "--dry-run",
        ...PRESERVE,
        ...args,
        ...filterArguments(transfer.filters),
        "--itemize-changes",
        "--itemize-changes",
        `--out-format=${ITEM_FORMAT}`,
        "--",
        withTrailingSlash(transfer.source),
        withTrailingSlash(transfer.target),
      ],
      source: transfer.source,
      ...(paths === undefined ? {} : { input: fileList(paths) }),
      onLine: (line) => {
        const item = parseItem(line);
        if (item === undefined) {
          return;
        }
        if (isDeletion(item)) {
          answers.deletions.push(item);
          return;
        }
        answers.present.add(item.path);
        if (!isUnchanged(item)) {
          answers.items.push(item);
        }
      },
    },
    context,
  );
  return { ...answers, problems };
}
