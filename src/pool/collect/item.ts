import { statSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "../../errors/describe.ts";
import { type BytePath, bytePathFromText, printable, toBuffer } from "../../path/byte-path.ts";
import type { CollectItem } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { MARKS } from "../marks.ts";
import { archiveName, normalisedName } from "./archive-name.ts";
import { type Digests, digestOf, openDigests } from "./digests.ts";
import { createExcludes } from "./excludes.ts";
import { makeArchive } from "./tar.ts";
import { entryAt, listFolders, type WalkedEntry, walk } from "./walk.ts";

/** What is the same for all archives of one item. */
interface Task {
  context: PoolContext;
  collectDir: string;
  item: CollectItem;
  /** Everything is taken, whatever the digests say. */
  isFull: boolean;
  /** The names of the archives that this run has made. */
  taken: Set<string>;
  /** Says what could not be collected. */
  problem(text: string): void;
}

/** Makes the archives of one configured file or folder. @returns whether nothing of it is missing. */
export async function collectItem(task: Omit<Task, "problem">): Promise<boolean> {
  let isWhole = true;
  const problem = (text: string) => {
    isWhole = false;
    task.context.problem(text);
  };
  const top = bytePathFromText(task.item.absPath);
  const isDir = statSync(toBuffer(top), { throwIfNoEntry: false })?.isDirectory() === true;
  if (task.item.kind === "dir" && !isDir) {
    problem(`cannot collect ${task.item.absPath}: there is no such folder`);
    return isWhole;
  }
  await collectPath({ ...task, problem }, top, task.item.recursionLevel);
  return isWhole;
}

/** Folders down to the recursion level get archives of their own; the archive of their parent goes without them. */
async function collectPath(task: Task, top: BytePath, level: number): Promise<void> {
  const excludes = createExcludes(task.item.excludePaths, task.item.excludePatterns);
  const apart = new Set(level === 0 ? [] : foldersIn(task, top).filter((folder) => !excludes(folder)));
  if (apart.size > 0 && excludes(top)) {
    return;
  }
  for (const folder of apart) {
    await collectPath(task, folder, level - 1);
  }
  await collectArchive(task, top, (path) => excludes(path) || apart.has(path));
}

function foldersIn({ problem }: Task, top: BytePath): BytePath[] {
  try {
    return listFolders(top);
  } catch (error) {
    problem(`cannot collect ${printable(top)}: ${describeError(error)}`);
    return [];
  }
}

async function collectArchive(task: Task, top: BytePath, isExcluded: (path: BytePath) => boolean): Promise<void> {
  const { context, item, problem } = task;
  const shown = toBuffer(top).toString();
  const name = archiveName(shown, item.archiveMode);
  if (task.taken.has(name)) {
    problem(`cannot collect ${printable(top)}: the archive ${name} is that of another path`);
    return;
  }
  task.taken.add(name);
  const file = join(task.collectDir, name);
  const digests =
    item.collectMode === "incr" ? openDigests(context.config.options.workingDir, normalisedName(shown)) : undefined;
  const base = digests !== undefined && isWaiting(file, task.collectDir) ? "base" : "latest";
  const known: Digests = digests === undefined || task.isFull ? new Map() : await digests.read(base);
  const current: Digests = new Map();
  const paths: BytePath[] = [];
  try {
    for await (const entry of entriesOf(task, top, isExcluded)) {
      context.signal.throwIfAborted();
      const digest = digests === undefined ? undefined : await tryDigest(entry, problem);
      if (digest === null) {
        continue;
      }
      if (digest === undefined || known.get(entry.path) !== digest) {
        paths.push(entry.path);
      }
      if (digest !== undefined) {
        current.set(entry.path, digest);
      }
    }
    const isSound = paths.length === 0 || (await archive(task, file, paths));
    if (isSound) {
      await digests?.commit(current, task.isFull ? "nothing" : base);
    }
  } catch (error) {
    context.signal.throwIfAborted();
    problem(`cannot collect ${printable(top)}: ${describeError(error)}`);
  }
}

/** An archive of an earlier day that no master has fetched: the new one takes its place, and has to hold what it held. */
function isWaiting(file: string, collectDir: string): boolean {
  const archived = statSync(file, { throwIfNoEntry: false });
  const staged = statSync(join(collectDir, MARKS.stage), { throwIfNoEntry: false });
  return archived !== undefined && (staged === undefined || staged.mtimeMs < archived.mtimeMs);
}

async function* entriesOf(
  task: Task,
  top: BytePath,
  isExcluded: (path: BytePath) => boolean,
): AsyncGenerator<WalkedEntry> {
  const { item, problem } = task;
  if (item.kind === "dir") {
    yield* walk(top, {
      ...item,
      isExcluded,
      onProblem: (path, message) => problem(`cannot collect ${printable(path)}: ${message}`),
    });
    return;
  }
  const entry = entryAt(top);
  if (entry === undefined) {
    problem(`cannot collect ${printable(top)}: it is no file`);
    return;
  }
  yield entry;
}

/** Null for what cannot be read. */
async function tryDigest(entry: WalkedEntry, problem: Task["problem"]): Promise<string | null> {
  try {
    return await digestOf(entry);
  } catch (error) {
    problem(`cannot collect ${printable(entry.path)}: ${describeError(error)}`);
    return null;
  }
}

/** @returns whether every member could be read as it was. */
async function archive(task: Task, file: string, paths: readonly BytePath[]): Promise<boolean> {
  const { context, item } = task;
  const { problems, warnings } = await makeArchive(context, { file, mode: item.archiveMode, paths });
  for (const text of warnings) {
    context.log.warning(`while ${file} was made: ${text}`);
  }
  for (const text of problems) {
    task.problem(`${file} is not complete: ${text}`);
  }
  context.log.info(`collected ${item.absPath} into ${file}, ${paths.length} entries`);
  return problems.length + warnings.length === 0;
}
