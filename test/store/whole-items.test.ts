import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { TransferError } from "../../src/errors/errors.ts";
import { itemsOfWhole } from "../../src/store/whole-items.ts";
import { type Item, isRegularFile } from "../../src/transfer/items.ts";
import { planTransfer, TOP_ITEM } from "../../src/transfer/plan.ts";
import { temporaryFolder } from "./make-store.ts";
import { makeTree } from "./make-tree.ts";

const NO_FILTERS = { excludedRoots: [], exclude: [], oneFileSystem: true };

/** Which name of a file is the first one may differ: so all are counted, and their paths compared. */
function summary(items: readonly Item[]) {
  const own = items.filter(({ leader }) => leader === undefined);
  return {
    paths: items.map(({ path, directory, code }) => `${code.slice(1)} ${directory} ${path}`).sort(),
    links: items.length - own.length,
    bytes: own.filter(isRegularFile).reduce((sum, { length }) => sum + length, 0),
  };
}

test("all of a tree as new is what rsync says of it", async (t) => {
  const top = temporaryFolder(t);
  const tree = join(top, "tree");
  makeTree(tree);
  const transfer = { source: tree, target: join(top, "nothing"), filters: NO_FILTERS };
  const { items } = await planTransfer(transfer, {});
  const said = summary(items.filter(({ path }) => path !== TOP_ITEM));
  assert.deepEqual(summary(await itemsOfWhole(tree)), said);
  assert.ok(said.links > 0 && said.bytes > 0 && said.paths.length > 10);
});

test("each other name of a file has the first one as its leader", async (t) => {
  const tree = join(temporaryFolder(t), "tree");
  makeTree(tree);
  const items = await itemsOfWhole(tree);
  const firsts = new Map(items.map((item) => [item.path, item]));
  for (const { path, leader, code } of items.filter((item) => item.leader !== undefined)) {
    assert.ok(leader !== undefined && leader < path);
    assert.equal(firsts.get(leader)?.leader, undefined);
    assert.equal(code[0], "h");
  }
});

test("a tree that is not there is said to be", async (t) => {
  await assert.rejects(itemsOfWhole(join(temporaryFolder(t), "none")), TransferError);
});
