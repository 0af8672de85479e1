import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Arena, Contender } from "./contender.ts";
import { succeed } from "./measure.ts";
import { removeTree } from "./remove-tree.ts";

/** Nothing counts but what is equal to the source, by rsync's own comparison. @throws Error */
export async function checkEqual(
  { source, signal }: Pick<Arena, "source" | "signal">,
  { program }: Contender,
  folder: string,
): Promise<void> {
  const options = ["-naHAX", "--numeric-ids", "--delete", "--itemize-changes", ...(program.leniency ?? [])];
  const compare = [...options, `${source.path}/`, `${folder}/`];
  const differences = await succeed({ file: "rsync", args: compare }, signal);
  // The folder that something is restored into is nobody's backup.
  const lines = differences.split("\n").filter((line) => line !== "" && !line.endsWith(" ./"));
  if (lines.length > 0) {
    throw new Error(`${folder} differs from the source:\n${lines.slice(0, 10).join("\n")}`);
  }
}

/** The newest backup, where it is a folder; the others are checked when they are restored. @throws Error */
export async function checkNewest(arena: Arena, contender: Contender): Promise<void> {
  const folder = contender.backups.newest?.();
  if (folder !== undefined) {
    await checkEqual(arena, contender, folder);
  }
}

/** A program that keeps fewer or more snapshots than the others does other work. @throws Error */
export function checkCount({ backups, number }: Contender, keep: number): void {
  const there = backups.snapshots?.().length;
  const wanted = Math.min(number, keep);
  if (there !== undefined && there !== wanted) {
    throw new Error(`${there} snapshots are there after run ${number}, not ${wanted}`);
  }
}

/** Where a backup is restored to. */
export async function emptyFolder({ folder, signal }: Pick<Arena, "folder" | "signal">): Promise<string> {
  const to = join(folder, "restored");
  await removeTree(to, signal);
  mkdirSync(to);
  return to;
}
