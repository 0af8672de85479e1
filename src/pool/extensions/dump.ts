import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "../../errors/describe.ts";
import type { CompressMode } from "../config/value-types.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { complaintOf, overridden, runTool } from "../tool.ts";
import { partialName, publishWhole } from "../whole-file.ts";

const COMPRESSION: Readonly<Record<CompressMode, { suffix: string; program: string }>> = {
  none: { suffix: "", program: "cat" },
  gzip: { suffix: ".gz", program: "gzip -c" },
  bzip2: { suffix: ".bz2", program: "bzip2 -c" },
  zstd: { suffix: ".zst", program: "zstd -q -c" },
};

export interface Dump {
  /** Without what the compression adds. */
  name: string;
  compressMode: CompressMode;
  /** Writes the dump to its standard output. */
  command: readonly string[];
  env?: Readonly<Record<string, string>>;
  as?: string | undefined;
}

/**
 * Writes a dump into the collect directory. It has its name only when the program and the compression have both ended
 * well; a dump that fails leaves nothing, and that of another day stays. The data never pass through this process: a
 * fixed line of bash connects the two, and takes the words of the command as they are.
 */
export async function writeDump(context: PoolContext, dump: Dump): Promise<void> {
  const { suffix, program } = COMPRESSION[dump.compressMode];
  const collectDir = context.config.collect?.collectDir ?? "";
  const file = join(collectDir, `${dump.name}${suffix}`);
  const partial = partialName(file);
  rmSync(partial, { force: true });
  try {
    const line = `set -o pipefail; umask 077; "$@" | ${program} > "$BAKUP_DUMP"`;
    const result = await runTool(
      context,
      ["bash", "-c", line, dump.name, ...asUserOf(dump), ...overridden(context, dump.command)],
      {
        env: { ...dump.env, BAKUP_DUMP: partial },
      },
    );
    if (result.exitCode !== 0) {
      throw new ActionError(`${dump.command[0]} failed: ${complaintOf(result)}`);
    }
    if (statSync(partial).size === 0) {
      throw new ActionError(`${dump.command[0]} wrote nothing`);
    }
    context.giveAway(partial);
    await publishWhole(file);
    context.log.info(`dumped ${dump.name} into ${file}`);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Only the dump runs as that user: the collect directory is not theirs. */
function asUserOf({ as }: Dump): string[] {
  return as === undefined ? [] : ["runuser", "-u", as, "--"];
}

/** Each of several dumps; one that fails does not keep the others from being made. */
export async function writeDumps(context: PoolContext, dumps: readonly Dump[]): Promise<void> {
  for (const dump of dumps) {
    try {
      await writeDump(context, dump);
    } catch (error) {
      context.signal.throwIfAborted();
      context.problem(`no dump ${dump.name}: ${describeError(error)}`);
    }
  }
}
