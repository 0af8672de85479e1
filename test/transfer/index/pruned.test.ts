import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { listSource } from "../../../src/transfer/index/list-source.ts";
import { pruneExpression } from "../../../src/transfer/index/pruned.ts";
import { pathOfRecord } from "../../../src/transfer/index/record.ts";
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

test("a listing stays out of the folders that rsync leaves out, and of no other", async (t) => {
  const source = temporaryFolder(t);
  for (const folder of FOLDERS) {
    mkdirSync(join(source, folder), { recursive: true });
    writeFileSync(join(source, folder, "file"), "");
  }
  const patterns = ["/proc/", "/home/*/.cache/", "/sp ace", "/we+ird (1)/", "/a.b/", "/q'<>`/"].map(
    (each) => `${source}${each}`,
  );
  const found = (await listed(source, patterns)).filter((path) => path.endsWith("/file")).sort();
  const kept = ["axb", "home/u/sub/.cache", "home/v/.cachex"];
  assert.deepEqual(
    found,
    kept.map((folder) => `${folder}/file`),
  );
  const filters = patterns.map((pattern) => `--filter=-/ ${pattern}`);
  const byRsync = spawnSync("rsync", ["-r", "--list-only", ...filters, `${source}/`], { encoding: "utf8" }).stdout;
  for (const folder of FOLDERS) {
    assert.equal(byRsync.includes(` ${folder}/file\n`), kept.includes(folder), folder);
  }
});

test("what no expression says, or what lies elsewhere, is left to rsync", () => {
  for (const pattern of ["/src/a?", "/src/[ab]/", "/src/**/x", "/other/", "/src", "/*/a", "relative/", "/src2/a/"]) {
    assert.equal(pruneExpression("/src", [pattern]), "", pattern);
  }
  assert.equal(pruneExpression("/", ["/proc/"]), "^(proc)$");
});

async function listed(source: string, excludedRoots: readonly string[]): Promise<string[]> {
  const pieces: Buffer[] = [];
  for await (const piece of listSource({ source, excludedRoots, now: 0, mark: "m" })) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("latin1").split("\0").slice(0, -1).map(pathOfRecord);
}
