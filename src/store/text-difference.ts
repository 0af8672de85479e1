import { closeSync, fstatSync, readSync } from "node:fs";
import type { BytePath } from "../path/byte-path.ts";
import { runCommand } from "../process/command.ts";
import { openFile } from "./folder-entries.ts";

const LARGEST_BYTES = 1024 * 1024;
const PROBE_BYTES = 8192;
const TIME_LIMIT_SECONDS = 10;

/** The changes of a text from one snapshot to another, as diff -u shows them; or why they cannot be shown. */
export async function differenceOf(
  trees: readonly [older: string, newer: string],
  path: BytePath,
): Promise<{ text: string } | { reason: string }> {
  const fds: number[] = [];
  try {
    for (const tree of trees) {
      const fd = openFile(tree, path);
      if (fd === undefined) {
        return { reason: "it is not a file in both of them" };
      }
      fds.push(fd);
    }
    if (fds.some((fd) => fstatSync(fd).size > LARGEST_BYTES)) {
      return { reason: "the file is larger than 1 MiB; download both versions" };
    }
    if (fds.some(isBinary)) {
      return { reason: "the file is no text; download both versions" };
    }
    const args = ["-u", "--label", "before", "--label", "after", "--", "/proc/self/fd/3", "/proc/self/fd/4"];
    const { exitCode, stdout } = await runCommand("diff", args, {
      inheritFds: fds,
      timeoutSeconds: TIME_LIMIT_SECONDS,
    });
    return exitCode === 0 || exitCode === 1
      ? { text: stdout.toString("utf8") || "The contents are the same." }
      : { reason: "diff could not compare them" };
  } finally {
    for (const fd of fds) {
      closeSync(fd);
    }
  }
}

function isBinary(fd: number): boolean {
  const probe = Buffer.alloc(PROBE_BYTES);
  return probe.subarray(0, readSync(fd, probe, 0, PROBE_BYTES, 0)).includes(0);
}
