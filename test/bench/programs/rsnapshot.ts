import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../find-program.ts";
import { copyBack, type Program } from "./program.ts";

const LEVEL = "night";
const PART = "tree";

/** rsnapshot as it is set up by default (cp -al), told to keep what the others keep of a file. */
export const rsnapshot: Program = {
  name: "rsnapshot",
  title: "rsnapshot",
  needs: ["rsnapshot"],
  prepare: ({ source, store, keep }) => {
    const root = join(store, "root");
    mkdirSync(root);
    const file = join(store, "rsnapshot.conf");
    writeFileSync(file, configuration({ source, root, keep, lock: join(store, "lock") }));
    return {
      nextRun: () => ({ file: "rsnapshot", args: ["-c", file, LEVEL] }),
      newest: () => join(root, `${LEVEL}.0`, PART),
      restore: copyBack(() => join(root, `${LEVEL}.0`, PART)),
      snapshots: () => readdirSync(root),
    };
  },
};

function configuration({
  source,
  root,
  keep,
  lock,
}: {
  source: string;
  root: string;
  keep: number;
  lock: string;
}): string {
  const lines = [
    ["config_version", "1.2"],
    ["snapshot_root", `${root}/`],
    ["cmd_cp", "/bin/cp"],
    ["cmd_rm", "/bin/rm"],
    ["cmd_rsync", findProgram("rsync") ?? "rsync"],
    ["rsync_short_args", "-aHAX"],
    ["rsync_long_args", "--delete --numeric-ids"],
    ["lockfile", lock],
    ["retain", LEVEL, `${keep}`],
    ["backup", `${source}/`, `${PART}/`],
  ];
  return lines.map((words) => `${words.join("\t")}\n`).join("");
}
