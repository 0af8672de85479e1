import { StoreError } from "../errors/errors.ts";
import { describeEnd, runCommand } from "../process/command.ts";
import { splitter } from "../process/lines.ts";
import type { TreeSize } from "../transfer/statistics.ts";
import type { SnapshotState } from "./records.ts";

/**
 * How large a tree is, counted as a transfer of it would: the top folder is an entry, and a file that has several names
 * counts once for each, and the length of a link's target counts as well. Does not leave the file system.
 * @throws StoreError when a part of it cannot be read.
 */
export async function measureTree(path: string, signal?: AbortSignal): Promise<TreeSize> {
  const size: TreeSize = { entries: 0, files: 0, bytes: 0 };
  const count = splitter("\n", (line) => {
    size.entries += 1;
    if (line.startsWith("f")) {
      size.files += 1;
    }
    if (line.startsWith("f") || line.startsWith("l")) {
      size.bytes += Number(line.slice(1));
    }
  });
  const result = await runCommand("find", [".", "-xdev", "-printf", "%y%s\\n"], { cwd: path, signal, onStdout: count });
  count(null);
  signal?.throwIfAborted();
  if (result.exitCode !== 0) {
    const complaint = result.stderr.toString().trim().split("\n")[0] || describeEnd(result);
    throw new StoreError(`cannot measure ${path}: ${complaint}`, { hint: "run it as root" });
  }
  return size;
}

/** A tree with less than this share of the entries that it had looks damaged. */
const SUSPECT_SHARE = 0.5;

/** The state of a snapshot whose transfer no guard has judged: suspect when it holds less than half of the one before. */
export function stateWithoutGuard(entries: number, before: number): SnapshotState {
  return entries < before * SUSPECT_SHARE ? "suspect" : "complete";
}
