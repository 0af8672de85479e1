import { StoreError } from "../errors/errors.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import type { RsyncContext } from "../transfer/rsync.ts";

/** Copies a whole tree so that both share their blocks until one changes. @throws StoreError */
export async function copyByReflink(from: string, to: string, context: RsyncContext): Promise<void> {
  const copy = ["--archive", "--reflink=always", "--no-target-directory", "--", from, to];
  await run("cp", copy, { context, failure: `cannot copy ${from}` });
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
