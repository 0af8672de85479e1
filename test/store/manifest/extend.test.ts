import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type BytePath, bytePathFromLatin1 } from "../../../src/path/byte-path.ts";
import { inStore } from "../../../src/store/layout.ts";
import { buildManifest } from "../../../src/store/manifest/build.ts";
import { extendManifest } from "../../../src/store/manifest/extend.ts";
import { manifestPath } from "../../../src/store/manifest/file.ts";
import { temporaryStore } from "../make-store.ts";

const [BEFORE, EXTENDED, BUILT] = ["2026-11-20T02-00-00Z", "2026-11-21T02-00-00Z", "2026-11-22T02-00-00Z"] as const;
/** More changes than are looked at together. */
const FILES = 6000;

test("a manifest that is extended by thousands of changes is the one that is built anew", async (t) => {
  const store = temporaryStore(t);
  const tree = inStore(store, "latest");
  const placeOf = (index: number) => `${index % 50}/${index}`;
  for (let index = 0; index < FILES; index += 1) {
    mkdirSync(join(tree, `${index % 50}`), { recursive: true });
    writeFileSync(join(tree, placeOf(index)), `before ${index}`);
  }
  const seal = await buildManifest(store, BEFORE, { tree, ofMirror: true, basis: undefined });
  const changed = new Set<BytePath>();
  let entries = seal.entries;
  for (let index = 0; index < FILES; index += 1) {
    const name = index % 9 === 0 ? `${placeOf(index)} new` : placeOf(index);
    if (index % 7 === 0) {
      rmSync(join(tree, placeOf(index)));
      entries -= 1;
    } else if (index % 3 === 0) {
      writeFileSync(join(tree, name), `after ${index}`);
      entries += name === placeOf(index) ? 0 : 1;
    }
    if (index % 7 === 0 || index % 3 === 0) {
      changed.add(bytePathFromLatin1(placeOf(index))).add(bytePathFromLatin1(name));
    }
  }
  const extended = await extendManifest(store, EXTENDED, { name: BEFORE, seal }, { tree, changed, entries });
  const built = await buildManifest(store, BUILT, { tree, ofMirror: true, basis: undefined });
  const textOf = (name: string) => gunzipSync(readFileSync(manifestPath(store, name))).toString("latin1");
  assert.equal(textOf(EXTENDED), textOf(BUILT));
  assert.equal(extended?.entries, built.entries);
});
