import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { leavesOut } from "../../src/config/rsync-pattern.ts";
import { makeFolder } from "./folder.ts";

const CASES: readonly [pattern: string, folder: string, isLeftOut: boolean][] = [
  ["/mnt/", "/mnt/backup", true],
  ["/mnt", "/mnt/backup", true],
  ["/mnt/***", "/mnt/backup", true],
  ["/mnt/**", "/mnt/backup", true],
  ["/mnt/*", "/mnt/backup", true],
  ["/mnt", "/mnt2/backup", false],
  ["/mnt/backup/x", "/mnt/backup", false],
  ["/home/*/.cache/", "/home/u/.cache", true],
  ["/home/*/.cache/", "/home/u/v/.cache", false],
  ["/home/**/.cache/", "/home/u/v/.cache", true],
  ["/m?t", "/mnt", true],
  ["/m?t", "/m/t", false],
  ["/[a-c]x", "/bx", true],
  ["/[!a-c]x", "/bx", false],
  ["/[^a-c]x", "/dx", true],
  ["/[]]x", "/]x", true],
  ["/a\\*b", "/a*b", true],
  ["/a\\*b", "/axb", false],
  ["/a.b", "/axb", false],
  ["/a\\b", "/a\\b", true],
  ["/a\\b", "/ab", false],
  ["/a[", "/a[", false],
];

for (const [pattern, folder, isLeftOut] of CASES) {
  test(`${pattern} ${isLeftOut ? "leaves out" : "keeps"} ${folder}, as rsync sees it`, (context) => {
    assert.equal(leavesOut(pattern, folder), isLeftOut);
    const source = makeFolder(context, { [`${folder.slice(1)}/file`]: "" });
    const args = ["-an", "--out-format=%n", `--exclude=${pattern}`, `${source}/`, join(source, "..", "nowhere/")];
    const listed = spawnSync("rsync", args, { encoding: "utf8" });
    assert.equal(listed.status, 0, listed.stderr);
    assert.equal(!listed.stdout.split("\n").includes(`${folder.slice(1)}/file`), isLeftOut);
  });
}

test("no pattern takes long", () => {
  const start = performance.now();
  assert.equal(leavesOut(`/${"*a".repeat(500)}b`, `/${"a".repeat(4000)}`), false);
  assert.ok(performance.now() - start < 5000);
});
