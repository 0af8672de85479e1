import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pruneExpression } from "../../../src/transfer/index/pruned.ts";
import { temporaryFolder } from "../../store/make-store.ts";

const FOLDERS = [
  "proc",
  "home/u/.cache",
  "home/u/sub/.cache",
  "home/v/.cachex",
  "sp ace",
  "we+ird (1)",
  "a.b",
  "axb",
  "q'<>`",
];

test("find stays out of the folders that rsync leaves out, and of no other", (t) => {
  const source = temporaryFolder(t);
  for (const folder of FOLDERS) {
    mkdirSync(join(source, folder), { recursive: true });
    writeFileSync(join(source, folder, "file"), "");
  }
  const patterns = ["/proc/", "/home/*/.cache/", "/sp ace", "/we+ird (1)/", "/a.b/", "/q'<>`/"].map(
    (each) => `${source}${each}`,
  );
  const args = [".", ...pruneExpression(source, patterns), "-type", "f", "-print"];
  const found = spawnSync("find", args, { cwd: source, encoding: "utf8" }).stdout.trim().split("\n").sort();
  const kept = ["axb", "home/u/sub/.cache", "home/v/.cachex"];
  assert.deepEqual(
    found,
    kept.map((folder) => `./${folder}/file`),
  );
  const filters = patterns.map((pattern) => `--filter=-/ ${pattern}`);
  const listed = spawnSync("rsync", ["-r", "--list-only", ...filters, `${source}/`], { encoding: "utf8" }).stdout;
  for (const folder of FOLDERS) {
    assert.equal(listed.includes(` ${folder}/file\n`), kept.includes(folder), folder);
  }
});

test("what find cannot say, or what lies elsewhere, is left to rsync", () => {
  for (const pattern of ["/src/a?", "/src/[ab]/", "/src/**/x", "/other/", "/src", "/*/a", "relative/", "/src2/a/"]) {
    assert.deepEqual(pruneExpression("/src", [pattern]), [], pattern);
  }
  assert.ok(pruneExpression("/", ["/proc/"]).includes("\\./(proc)"));
});
