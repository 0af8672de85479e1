import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { measureTree } from "../../src/store/measure.ts";
import { copyEverything } from "../../src/transfer/apply.ts";
import { temporaryFolder } from "./make-store.ts";
import { makeTree } from "./make-tree.ts";

test("a tree is measured as a transfer of it counts it", async (t) => {
  const folder = temporaryFolder(t);
  const [tree, copy] = [join(folder, "tree"), join(folder, "copy")];
  execFileSync("mkdir", [tree, copy]);
  makeTree(tree);
  const filters = { excludedRoots: [], exclude: [], oneFileSystem: false };
  const { source } = await copyEverything({ source: tree, target: copy, filters }, { context: {} });
  assert.ok(source.bytes > 8_000_000);
  assert.deepEqual(await measureTree(tree), source);
});
