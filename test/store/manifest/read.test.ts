import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findSnapshot } from "../../../src/store/list.ts";
import { readLines } from "../../../src/store/manifest/read.ts";
import { NAME, sealedStore } from "../verify/sealed-store.ts";

test("who stops reading in the middle leaves nothing open, and can read all of it afterwards", async (t) => {
  const { store } = await sealedStore(t, (folder) => {
    for (let index = 0; index < 8000; index += 1) {
      mkdirSync(join(folder, randomBytes(110).toString("hex")));
    }
    writeFileSync(join(folder, "file"), "x");
  });
  const seal = findSnapshot(store, NAME).record?.manifest;
  assert.ok(seal);
  const open = () => readdirSync("/proc/self/fd").length;
  const before = open();
  // Larger than one piece of the file: the next read is under way when the first is looked at.
  for (let round = 0; round < 50; round += 1) {
    for await (const lines of readLines(store, NAME, seal)) {
      assert.ok(Array.isArray(lines));
      break;
    }
  }
  assert.equal(open(), before);
  let count = 0;
  for await (const lines of readLines(store, NAME, seal)) {
    count += lines.length;
  }
  assert.ok(count > 8000);
});
