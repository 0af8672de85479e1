import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bytePathFromLatin1 } from "../../../src/path/byte-path.ts";
import { findSnapshot } from "../../../src/store/list.ts";
import { testRestore } from "../../../src/store/verify/restore-test.ts";
import { Sample } from "../../../src/store/verify/sample.ts";
import { temporaryFolder } from "../make-store.ts";
import { makeTree } from "../make-tree.ts";
import { NAME, namesOf, type Sealed, sealedStore } from "./sealed-store.ts";

function sealOf({ store }: Sealed) {
  const seal = findSnapshot(store, NAME).record?.manifest;
  assert.ok(seal);
  return { name: NAME, seal };
}

test("what is restored is compared in everything, and removed again", async (t) => {
  const sealed = await sealedStore(t, makeTree);
  const folder = temporaryFolder(t);
  const result = await testRestore(sealed.store, sealOf(sealed), { count: 1000, folder });
  assert.deepEqual([result.damage, result.problems], [[], []]);
  const all = execFileSync("sh", ["-c", "find . \\( -type f -o -type l \\) -printf x | wc -c"], {
    cwd: sealed.tree,
    encoding: "utf8",
  });
  assert.equal(result.files, Number(all));
  assert.deepEqual(readdirSync(folder), []);
});

test("a restore that brings back something else fails the test", async (t) => {
  const sealed = await sealedStore(t, (folder) => {
    writeFileSync(join(folder, "a"), "good");
    writeFileSync(join(folder, "b"), "good");
  });
  writeFileSync(join(sealed.tree, "a"), "evil");
  utimesSync(join(sealed.tree, "a"), 1, 1);
  chmodSync(join(sealed.tree, "b"), 0o777);
  const { damage } = await testRestore(sealed.store, sealOf(sealed), { count: 10, folder: temporaryFolder(t) });
  assert.deepEqual(namesOf(damage), ["time a", "content a", "mode b"]);
});

test("a sample gives each entry the same chance, keeps its size and its limit of bytes", () => {
  const entries = Array.from({ length: 100 }, (_, index) => ({
    path: bytePathFromLatin1(String(index).padStart(3, "0")),
    type: "file" as const,
    mode: 0,
    uid: 0,
    gid: 0,
    time: "0.000000000",
    inode: "1",
    size: 10,
  }));
  const counts = new Map<string, number>();
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let round = 0; round < 2000; round += 1) {
    const sample = new Sample(10, 1e9, random);
    for (const entry of entries) {
      sample.offer(entry);
    }
    assert.equal(sample.chosen().length, 10);
    for (const { path } of sample.chosen()) {
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
  }
  assert.ok([...counts.values()].every((count) => count > 120 && count < 280) && counts.size === 100);
  const small = new Sample(10, 35);
  for (const entry of entries) {
    small.offer(entry);
  }
  assert.equal(small.chosen().length, 3);
});
