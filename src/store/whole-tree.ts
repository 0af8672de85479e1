import { StoreError } from "../errors/errors.ts";
import { type BytePath, printable } from "../path/byte-path.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import { RecordCursor } from "../process/record-cursor.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import { pathOfAttributes, streamAttributes } from "./entries.ts";

/**
 * Copies a whole tree so that both share their blocks until one changes. cp looks for each file by its name, so whoever
 * owns a folder of the tree could lead it elsewhere by a link: the copy is compared afterwards, owners and all.
 * @throws StoreError
 */
export async function copyByReflink(from: string, to: string, context: RsyncContext): Promise<void> {
  const copy = ["--archive", "--reflink=always", "--no-target-directory", "--", from, to];
  await run("cp", copy, { context, failure: `cannot copy ${from}` });
  const different = await firstDifference(from, to, context.signal);
  if (different !== undefined) {
    throw new StoreError(`the copy of "${printable(different)}" is not what it is in the mirror`, {
      hint: "somebody changes the mirror meanwhile; let nobody but root into the store's folder",
    });
  }
}

/** The first path that two trees do not both have, or with another type, owner, mode, size or time. */
async function firstDifference(a: string, b: string, signal: AbortSignal | undefined): Promise<BytePath | undefined> {
  const [left, right] = [new RecordCursor(streamAttributes(a)), new RecordCursor(streamAttributes(b))];
  try {
    for (;;) {
      const filled = await Promise.all([left.fill(), right.fill()]);
      signal?.throwIfAborted();
      if (!filled.includes(true)) {
        return undefined;
      }
      if (filled.every((each) => each)) {
        RecordCursor.skipEqual(left, right);
        if (left.fill() !== true || right.fill() !== true) {
          continue;
        }
      }
      return pathOfAttributes(filled[0] ? left.line : right.line);
    }
  } finally {
    await Promise.all([left.close(), right.close()]);
  }
}

/** Writes everything of a file system to its disk, and says when the disk did not take it. @throws StoreError */
export async function syncFileSystem(path: string, context: RsyncContext): Promise<void> {
  await run("sync", ["--file-system", path], { context, failure: "the disk did not take the snapshot" });
}

async function run(
  program: string,
  args: readonly string[],
  { context, failure }: { context: RsyncContext; failure: string },
): Promise<void> {
  const result = await runCommand(program, args, { signal: context.signal, inheritFds: context.inheritFds ?? [] });
  context.signal?.throwIfAborted();
  if (result.exitCode !== 0) {
    throw new StoreError(`${failure}: ${firstComplaint(result)}`, { hint: "is the backup disk full, or failing?" });
  }
}
