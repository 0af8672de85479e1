import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type FileSystemType, makeFileSystem } from "../integration/file-system.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { makeTree } from "../store/make-tree.ts";
import { rsync, temporaryFolder } from "./client.ts";
import { startDaemon } from "./daemon.ts";
import { remember, sharedInodes } from "./history.ts";

interface Case {
  type: FileSystemType;
  /** Whether the module is a btrfs subvolume. */
  subvolume: boolean;
  /** How the snapshots must have been made. */
  backend: string;
}

const CASES: readonly Case[] = [
  { type: "ext4", subvolume: false, backend: "hardlink" },
  { type: "xfs", subvolume: false, backend: "reflink" },
  { type: "btrfs", subvolume: false, backend: "reflink" },
  { type: "btrfs", subvolume: true, backend: "btrfs" },
];

for (const { type, subvolume, backend } of CASES) {
  test(`on ${type}, ${subvolume ? "in a subvolume" : "in a folder"}, no upload reaches a snapshot`, async (context) => {
    const stores = makeFileSystem(context, type, { mebibytes: 512 }).path;
    if (subvolume) {
      mkdirSync(join(stores, "m"));
      execFileSync("btrfs", ["subvolume", "create", join(stores, "m/latest")], { stdio: "ignore" });
    }
    const source = join(temporaryFolder(context), "source");
    mkdirSync(source);
    makeTree(source);
    const daemon = await startDaemon(context, { modules: { m: "" }, stores, configuration: "[m]\nexclude[] = *\n" });
    const upload = (...options: string[]) =>
      rsync("-aHAX", "--sparse", "--delete", ...options, `${source}/`, daemon.url("m"));
    assert.deepEqual(await upload(), { code: 0, said: "" });
    await daemon.ended(1);
    const memory = remember(daemon, "m", temporaryFolder(context));
    writeFileSync(join(source, "zero"), "no longer");
    assert.deepEqual(await upload("--chmod=F0600", "--chown=1:1"), { code: 0, said: "" });
    await daemon.ended(2);
    assert.deepEqual(memory.differences(), []);
    const [, newest = ""] = daemon.snapshots("m");
    const differences = compareTrees(daemon.module("m"), daemon.snapshot("m", newest));
    assert.deepEqual(
      differences.filter((line) => !line.startsWith("sparse ")),
      [],
    );
    assert.ok(subvolume || sharedInodes(daemon, "m").length === 0);
    assert.equal(JSON.parse(daemon.record("m", newest)).backend, backend);
  });
}
