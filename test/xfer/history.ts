import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { compareTrees } from "../store/compare-trees.ts";
import type { Daemon } from "./daemon.ts";

/** A copy of every snapshot of a module, to hold them against later. */
export interface Memory {
  /** What has changed in snapshots that existed then; empty when history is as it was. */
  differences(): string[];
}

export function remember(daemon: Daemon, module: string, folder: string): Memory {
  const names = daemon.snapshots(module);
  for (const name of names) {
    execFileSync("cp", ["--archive", "--no-target-directory", daemon.snapshot(module, name), join(folder, name)]);
  }
  return {
    differences: () =>
      names.flatMap((name) =>
        compareTrees(join(folder, name), daemon.snapshot(module, name)).map((line) => `${name}: ${line}`),
      ),
  };
}

/** The inodes of a module's files that a snapshot has as well: there must be none. */
export function sharedInodes(daemon: Daemon, module: string): string[] {
  const history = new Set(daemon.snapshots(module).flatMap((name) => inodesIn(daemon.snapshot(module, name))));
  return inodesIn(daemon.module(module)).filter((inode) => history.has(inode));
}

function inodesIn(folder: string): string[] {
  return execFileSync("find", [folder, "!", "-type", "d", "-printf", "%D:%i\n"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  })
    .split("\n")
    .slice(0, -1);
}
