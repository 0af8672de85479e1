import { TransferError } from "../errors/errors.ts";
import type { BytePath } from "../path/byte-path.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import { nulSeparated } from "../process/lines.ts";
import { plural } from "../units/size.ts";
import type { RsyncContext } from "./rsync.ts";

/**
 * Copies single files, links and devices with everything they have from one folder to the same place below another;
 * blocks are shared where the file system can.
 * @throws TransferError with cp's first complaint.
 */
export async function copyPaths(
  from: string,
  into: string,
  paths: readonly BytePath[],
  context: Pick<RsyncContext, "signal" | "inheritFds">,
): Promise<void> {
  const copy = ["cp", "--archive", "--reflink=auto", "--parents", "--target-directory", into, "--"];
  const result = await runCommand("xargs", ["--null", "--no-run-if-empty", ...copy], {
    cwd: from,
    input: nulSeparated(paths.map((path) => `./${path}`)),
    signal: context.signal,
    inheritFds: context.inheritFds ?? [],
  });
  context.signal?.throwIfAborted();
  if (result.exitCode !== 0) {
    throw new TransferError(`cannot copy ${plural(paths.length, "file")} into ${into}: ${firstComplaint(result)}`, {
      hint: "is the backup disk full?",
    });
  }
}
