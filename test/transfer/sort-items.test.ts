import assert from "node:assert/strict";
import { linkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { bytePathFromText } from "../../src/path/byte-path.ts";
import { type Item, kindOf } from "../../src/transfer/items.ts";
import { copyAnew, sortItems } from "../../src/transfer/sort-items.ts";
import { temporaryFolder } from "../store/make-store.ts";

const MOST_BYTES = 100;

test("a small file with other attributes is copied anew", (t) => {
  const source = makeSource(t, "small");
  const [item] = copyAnew(source, [changed("small", MOST_BYTES)], MOST_BYTES);
  assert.ok(item !== undefined);
  assert.equal(kindOf(item), "content");
  assert.deepEqual(sortItems(source, [item]), { copied: [item], joined: [], rest: [] });
});

test("a larger file, one with several names, a folder, a link and what is linked are not", (t) => {
  const source = makeSource(t, "large", "names", "follower");
  linkSync(join(source, "names"), join(source, "another"));
  const items: Item[] = [
    changed("large", MOST_BYTES + 1),
    changed("names", 1),
    { ...changed("folder", 0), code: ".d...p.....", directory: true },
    { ...changed("link", 0), code: ".L..t......" },
    { ...changed("follower", 1), leader: bytePathFromText("names") },
  ];
  assert.deepEqual(copyAnew(source, items, MOST_BYTES), items);
});

test("without a limit no file is", (t) => {
  const items = [changed("empty", 0)];
  assert.deepEqual(copyAnew(makeSource(t, "empty"), items, -1), items);
});

function changed(path: string, length: number): Item {
  return { code: ".f...p.....", length, path: bytePathFromText(path), directory: false };
}

function makeSource(t: TestContext, ...names: string[]): string {
  const source = temporaryFolder(t);
  for (const name of names) {
    writeFileSync(join(source, name), name);
  }
  return source;
}
