import { lstatSync } from "node:fs";
import { StoreError } from "../errors/errors.ts";
import type { BytePath } from "../path/byte-path.ts";
import { below, bytePathFromLatin1 } from "../path/byte-path.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import { splitter } from "../process/lines.ts";
import { fileList } from "../transfer/file-list.ts";
import { type RsyncContext, runRsync } from "../transfer/rsync.ts";
import { PRESERVE, withTrailingSlash } from "../transfer/rsync-args.ts";

export interface Copy {
  module: string;
  /** An empty folder, or one that is not there yet. */
  target: string;
  /** The newest snapshot. */
  previous?: string | undefined;
  /** When the previous snapshot was built from the module: what has changed since has a newer ctime. Milliseconds. */
  builtAt?: number | undefined;
}

/** The kernel's clock for files is a tick behind, and clocks are set. */
const CLOCK_MARGIN_MS = 2000;

/**
 * Copies a module so that not one inode is shared with it: what is equal to the previous snapshot, content and all
 * attributes, becomes a link to that, everything else is copied. Nobody who writes the module can reach a snapshot's
 * inode, not by chmod and not by writing in place.
 */
export async function copyDetached(copy: Copy, context: RsyncContext): Promise<void> {
  const links = copy.previous === undefined ? [] : [`--link-dest=${copy.previous}`];
  await rsync(copy, links, context);
  if (copy.previous !== undefined) {
    await compareContents(copy, context);
  }
}

/**
 * rsync takes a file of equal size and time for equal. One that was written since the previous snapshot, and yet became
 * a link to it, is read: a client can give a new content the old time.
 */
async function compareContents(copy: Copy, context: RsyncContext): Promise<void> {
  const doubtful = (await writtenSince(copy, context)).filter((path) => isLinked(copy, path));
  if (doubtful.length > 0) {
    await rsync(copy, ["--checksum", "--from0", "--files-from=-"], context, doubtful);
  }
}

async function rsync(
  { module, target }: Copy,
  options: readonly string[],
  context: RsyncContext,
  paths?: readonly BytePath[],
): Promise<void> {
  const args = [
    ...PRESERVE,
    "--one-file-system",
    ...options,
    "--",
    withTrailingSlash(module),
    withTrailingSlash(target),
  ];
  const { problems } = await runRsync(
    { args, source: module, onLine: () => undefined, ...(paths === undefined ? {} : { input: fileList(paths) }) },
    context,
  );
  const [problem] = problems;
  if (problem !== undefined) {
    throw new StoreError(`the module changed, or could not be read, while its snapshot was made: ${problem.path}`);
  }
}

async function writtenSince({ module, builtAt = 0 }: Copy, { signal }: RsyncContext): Promise<BytePath[]> {
  const paths: BytePath[] = [];
  const collect = splitter("\0", (path) => paths.push(bytePathFromLatin1(path)));
  const since = `@${Math.max(0, builtAt - CLOCK_MARGIN_MS) / 1000}`;
  const result = await runCommand("find", [".", "-xdev", "-type", "f", "-newerct", since, "-printf", "%P\\0"], {
    cwd: module,
    signal,
    onStdout: collect,
  });
  collect(null);
  if (result.exitCode !== 0) {
    throw new StoreError(`cannot look through the module: ${firstComplaint(result)}`);
  }
  return paths;
}

function isLinked({ target, previous }: Copy, path: BytePath): boolean {
  const [copied, before] = [target, previous ?? target].map((top) =>
    lstatSync(below(top, path), { bigint: true, throwIfNoEntry: false }),
  );
  return copied !== undefined && before !== undefined && copied.ino === before.ino;
}
