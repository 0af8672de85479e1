import assert from "node:assert/strict";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TransferError } from "../../../src/errors/errors.ts";
import { type BytePath, bytePathFromLatin1 } from "../../../src/path/byte-path.ts";
import { itemsOfWhole, linkedPaths, measureWhole } from "../../../src/store/restore/whole.ts";
import { type Item, isRegularFile } from "../../../src/transfer/items.ts";
import { planTransfer, TOP_ITEM } from "../../../src/transfer/plan.ts";
import { temporaryFolder } from "../make-store.ts";
import { LATIN1_NAME, makeTree } from "../make-tree.ts";

const NO_FILTERS = { excludedRoots: [], exclude: [], oneFileSystem: true };

async function listed(tree: string, roots: readonly BytePath[]): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of itemsOfWhole(tree, roots)) {
    items.push(item);
  }
  return items;
}

/** Which name of a file is the first one is left out. */
function summary(items: readonly Item[]): string[] {
  const sizeOf = (item: Item) => (isRegularFile(item) ? item.length : "-");
  return items.map((item) => `${item.code.slice(1)} ${item.directory} ${sizeOf(item)} ${item.path}`).sort();
}

test("all of a tree, or of parts of it, as new is what rsync says of it", async (t) => {
  const top = temporaryFolder(t);
  const tree = join(top, "tree");
  makeTree(tree);
  const transfer = { source: tree, target: join(top, "nothing"), filters: NO_FILTERS };
  const all = (await planTransfer(transfer, {})).items.filter(({ path }) => path !== TOP_ITEM);
  const parts = ["deep", "linked-1", `names/${LATIN1_NAME}.d`, "zero"].map(bytePathFromLatin1);
  for (const [roots, said] of [
    [[], all],
    [parts, all.filter(({ path }) => parts.some((part) => path === part || path.startsWith(`${part}/`)))],
  ] as const) {
    assert.deepEqual(summary(await listed(tree, roots)), summary(said));
    const own = said.filter(({ leader }) => leader === undefined);
    const { linked, ...whole } = await measureWhole(tree, roots);
    assert.deepEqual(whole, {
      roots,
      entries: said.length,
      bytes: own.filter(isRegularFile).reduce((sum, { length }) => sum + length, 0),
    });
    assert.equal(linked.size, new Set(said.map(({ leader }) => leader)).size - 1);
    assert.ok(linked.size > 0 && said.length > 5);
  }
});

test("other names of a file count only where they are restored, too", async (t) => {
  const tree = join(temporaryFolder(t), "tree");
  mkdirSync(join(tree, "folder"), { recursive: true });
  writeFileSync(join(tree, "folder/file"), "12345");
  linkSync(join(tree, "folder/file"), join(tree, "outside"));
  const [folder, outside] = ["folder", "outside"].map(bytePathFromLatin1) as [BytePath, BytePath];
  const linksOf = async (roots: BytePath[]) => {
    const whole = await measureWhole(tree, roots);
    const paths: BytePath[] = [];
    for await (const some of linkedPaths(tree, whole)) {
      paths.push(...some);
    }
    return [whole.entries, whole.bytes, paths];
  };
  assert.deepEqual(await linksOf([folder]), [2, 5, []]);
  assert.deepEqual(await linksOf([outside]), [1, 5, []]);
  assert.deepEqual(await linksOf([folder, outside]), [3, 5, ["folder", "folder/file", "outside"]]);
  assert.deepEqual(await linksOf([]), [3, 5, ["folder", "folder/file", "outside"]]);
});

test("a tree that is not there is said to be", async (t) => {
  await assert.rejects(measureWhole(join(temporaryFolder(t), "none"), []), TransferError);
});
