import { rmSync } from "node:fs";
import type { BytePath } from "../../path/byte-path.ts";
import { printable } from "../../path/byte-path.ts";
import { nulSeparated } from "../../process/lines.ts";
import type { ArchiveMode } from "../config/value-types.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { complaintOf, runTool } from "../tool.ts";
import { partialName, publishWhole } from "../whole-file.ts";

const COMPRESSION: Readonly<Record<ArchiveMode, readonly string[]>> = {
  tar: [],
  targz: ["--gzip"],
  tarbz2: ["--bzip2"],
  tarzst: ["--zstd"],
};

export interface TarResult {
  /** Members that could not be read: the archive lacks them, or a part of them. */
  problems: string[];
  /** Members that vanished or changed meanwhile. */
  warnings: string[];
}

/**
 * Makes an archive of exactly these paths with GNU tar: it keeps holes, hard links, ACLs, extended attributes and
 * names that are not UTF-8, and every rescue system can read what it writes. Names are relative to the root. The
 * archive has its name only when it is whole. @throws ActionError when there is none.
 */
export async function makeArchive(
  context: PoolContext,
  { file, mode, paths }: { file: string; mode: ArchiveMode; paths: readonly BytePath[] },
): Promise<TarResult> {
  const partial = partialName(file);
  const args = ["--create", `--file=${partial}`, "--directory=/", "--no-recursion", "--null"];
  const attributes = ["--format=posix", "--pax-option=delete=atime,delete=ctime", "--acls", "--xattrs"];
  try {
    const relative = paths.map((path) => (path === "/" ? "." : path.slice(1)));
    const result = await runTool(context, ["tar", ...args, ...attributes, ...COMPRESSION[mode], "--files-from=-"], {
      input: nulSeparated(relative),
    });
    const said = sortComplaints(result.stderr);
    if (result.exitCode === null || result.exitCode > 2 || said.unknown.length > 0) {
      throw new ActionError(`the archive ${file} could not be made: ${said.unknown[0] ?? complaintOf(result)}`);
    }
    if (result.exitCode === 2 && said.problems.length + said.warnings.length === 0) {
      throw new ActionError(`the archive ${file} could not be made: ${complaintOf(result)}`);
    }
    context.giveAway(partial);
    await publishWhole(file);
    return said;
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

const VANISHED = /: (?:Cannot (?:stat|open): No such file or directory|File removed before we read it)$/;
const CHANGED = /: file changed as we read it$/;
const UNREADABLE = /: (?:Cannot (?:stat|open|readlink|savedir): .*|Read error at byte .*|File shrank by .*)$/;
const WITHOUT_MEANING = /Exiting with failure status due to previous errors$|Removing leading/;

/** What tar complains about, line by line (in the C locale): its exit code does not tell these apart. */
function sortComplaints(stderr: Buffer): TarResult & { unknown: string[] } {
  const sorted: TarResult & { unknown: string[] } = { problems: [], warnings: [], unknown: [] };
  for (const line of stderr.toString("latin1").split("\n")) {
    const text = printable(line.replace(/^[^:]*tar: /, "") as BytePath);
    if (line === "" || WITHOUT_MEANING.test(line)) {
      continue;
    }
    if (VANISHED.test(line) || CHANGED.test(line)) {
      sorted.warnings.push(text);
    } else if (UNREADABLE.test(line)) {
      sorted.problems.push(text);
    } else {
      sorted.unknown.push(text);
    }
  }
  return sorted;
}
