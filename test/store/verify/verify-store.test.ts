import assert from "node:assert/strict";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { recordOf } from "../../../src/store/adopted-record.ts";
import { findSnapshot } from "../../../src/store/list.ts";
import { pinSnapshot } from "../../../src/store/pin.ts";
import { Budget } from "../../../src/store/verify/budget.ts";
import { readDamage } from "../../../src/store/verify/mark.ts";
import { verifyStore } from "../../../src/store/verify/verify-store.ts";
import { makeSnapshot } from "../make-snapshot.ts";
import { temporaryStore } from "../make-store.ts";
import { addSealed, NAME, namesOf, sealedStore, verifyAll } from "./sealed-store.ts";

const NEXT = "2026-11-23T02-00-13Z";

const three = (folder: string) => {
  for (const name of ["a", "b", "c"]) {
    writeFileSync(join(folder, name), `${name.repeat(1000)}`);
  }
};

/** Other contents at the same size and time. */
function rot(file: string): void {
  utimesSync(file, 1, 1);
  const content = readFileSync(file);
  content[0] = 1;
  writeFileSync(file, content);
  utimesSync(file, 1, 1);
}

const old = (folder: string) => {
  three(folder);
  for (const name of ["a", "b", "c"]) {
    utimesSync(join(folder, name), 1, 1);
  }
};

test("a file that several snapshots link is read once, and its damage is found in each", async (t) => {
  const { store, tree } = await sealedStore(t, old);
  await addSealed(store, NEXT, (folder) => {
    for (const name of readdirSync(tree)) {
      linkSync(join(tree, name), join(folder, name));
    }
  });
  const budget = new Budget({}, Date.now());
  await verifyAll(store, [NAME, NEXT], { budget });
  assert.deepEqual([budget.filesRead, budget.bytesRead], [3, 3000]);
  rot(join(tree, "b"));
  const verdicts = await verifyAll(store, [NAME, NEXT]);
  assert.deepEqual(
    verdicts.map(({ damage }) => namesOf(damage)),
    [["content b"], ["content b"]],
  );
});

test("damage is marked with what the snapshot was before, until a check of everything finds it sound", async (t) => {
  const { store, tree } = await sealedStore(t, old);
  pinSnapshot(store, findSnapshot(store, NAME), "the last of the camera", new Date());
  const good = readFileSync(join(tree, "a"));
  rot(join(tree, "a"));
  await verifyAll(store);
  const damaged = findSnapshot(store, NAME).record;
  assert.deepEqual([damaged?.state, damaged?.damage?.was, damaged?.damage?.count], ["damaged", "complete", 1]);
  assert.deepEqual(namesOf(readDamage(store, NAME)), ["content a"]);
  writeFileSync(join(tree, "a"), good);
  utimesSync(join(tree, "a"), 1, 1);
  await verifyAll(store);
  const healed = findSnapshot(store, NAME).record;
  assert.deepEqual(
    [healed?.state, healed?.damage, healed?.pin?.reason],
    ["complete", undefined, "the last of the camera"],
  );
  assert.deepEqual(readDamage(store, NAME), []);
});

test("a sound part does not clear the damage of another part", async (t) => {
  const { store, tree } = await sealedStore(t, old);
  rot(join(tree, "a"));
  await verifyAll(store);
  for (const index of [1, 2, 3, 4]) {
    const plan = { part: { index, of: 4 }, snapshots: [findSnapshot(store, NAME)] };
    await verifyStore(store, plan, { budget: new Budget({}, Date.now()), locked: async (work) => work() });
    assert.equal(findSnapshot(store, NAME).state, "damaged");
  }
});

test("a check that its budget ends goes on where it was, and reads everything some day", async (t) => {
  const { store, tree } = await sealedStore(t, old);
  rot(join(tree, "c"));
  const results: string[] = [];
  let read = 0;
  for (let round = 0; round < 3; round += 1) {
    const budget = new Budget({ bytes: 1 }, Date.now());
    const [verdict] = await verifyAll(store, [NAME], { budget });
    results.push(verdict?.result ?? "", ...namesOf(verdict?.damage ?? []));
    read += budget.filesRead;
  }
  assert.deepEqual(results, ["unfinished", "unfinished", "damaged", "content c"]);
  assert.equal(read, 3);
});

test("a snapshot without a manifest gets one, which reuses the hashes of the files that it shares", async (t) => {
  const { store, tree } = await sealedStore(t, old);
  const snapshot = makeSnapshot(store, NEXT, { fill: (folder) => linkSync(join(tree, "a"), join(folder, "a")) });
  assert.equal(recordOf(snapshot).manifest, undefined);
  rot(join(tree, "a"));
  const [recorded] = await verifyAll(store, [NEXT]);
  assert.deepEqual([recorded?.result, recorded?.entries], ["recorded", 2]);
  const [checked] = await verifyAll(store, [NEXT]);
  assert.deepEqual(namesOf(checked?.damage ?? []), ["content a"]);
});

test("a snapshot that is rotated away meanwhile is gone, not damaged", async (t) => {
  const { store, tree } = await sealedStore(t, old);
  const [verdict] = await verifyAll(store, [NAME], {
    locked: async (work) => {
      renameSync(tree, join(store.path, "moved"));
      mkdirSync(tree);
      return work();
    },
  });
  assert.deepEqual([verdict?.result, verdict?.damage], ["gone", []]);
});

test("damage is reported even when the store can no longer be written", async (t) => {
  const { store, tree } = await sealedStore(t, old);
  rot(join(tree, "a"));
  const [verdict] = await verifyAll(store, [NAME], {
    locked: async () => {
      throw new Error("read-only file system");
    },
  });
  assert.deepEqual([verdict?.result, namesOf(verdict?.damage ?? [])], ["damaged", ["content a"]]);
  assert.match(verdict?.error ?? "", /could not be noted in the store: read-only/);
});

test("a store that is empty has nothing to check", async (t) => {
  assert.deepEqual(await verifyAll(temporaryStore(t), []), []);
});
