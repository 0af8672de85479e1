import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type BytePath, bytePathFromText } from "../../src/path/byte-path.ts";
import { buildLinks } from "../../src/store/build-links.ts";
import { inStore, METADATA, PARTS, type Store } from "../../src/store/layout.ts";
import { findSpare, refreshSpare } from "../../src/store/spare.ts";
import { compareTrees } from "./compare-trees.ts";
import { temporaryStore } from "./make-store.ts";

const FOLDERS = 40;
const FILES = 50;
const UNSTOPPABLE = new AbortController().signal;

test("a store without a spare has nothing to refresh", async (t) => {
  const { store } = makeScene(t);
  assert.equal(findSpare(store), undefined);
  assert.equal(await refreshSpare(store, UNSTOPPABLE), undefined);
  writeFileSync(inStore(store, METADATA, PARTS.spare, "no folder"), "");
  assert.equal(await refreshSpare(store, UNSTOPPABLE), undefined);
});

test("a refreshed spare is the same as a mirror that rests", async (t) => {
  const { store, mirror, spare } = makeScene(t);
  await buildLinks(mirror, makeSpare(spare), { isNew: true, context: {} });
  rmSync(join(mirror, "folder-1"), { recursive: true });
  writeFileSync(join(mirror, "folder-2/new"), "new");
  chmodSync(join(mirror, "folder-3"), 0o711);
  rmSync(join(mirror, "folder-4/file-0"));
  symlinkSync("elsewhere", join(mirror, "folder-4/file-0"));
  assert.deepEqual(await refreshSpare(store, UNSTOPPABLE), new Set());
  assert.deepEqual(compareTrees(mirror, spare), []);
});

test("what must still be looked at is what changed meanwhile", async (t) => {
  const { store, mirror, spare } = makeScene(t);
  makeSpare(spare);
  const work = new Work(mirror);
  const [left] = await Promise.all([refreshSpare(store, UNSTOPPABLE), work.untilDone()]);
  assert.ok(left !== undefined, "all of it");
  assert.ok(work.changed.size > 0);
  assert.notDeepEqual(compareTrees(mirror, spare), []);
  await buildLinks(mirror, spare, { isNew: false, differing: new Set([...left, ...work.changed]), context: {} });
  assert.deepEqual(compareTrees(mirror, spare), []);
});

test("nothing but what may differ is looked at", async (t) => {
  const { mirror, spare } = makeScene(t);
  await buildLinks(mirror, makeSpare(spare), { isNew: true, context: {} });
  for (const folder of ["folder-5", "folder-6", "folder-7/in/side"]) {
    mkdirSync(join(mirror, folder), { recursive: true });
    writeFileSync(join(mirror, folder, "new"), "new");
  }
  const differing = new Set(["folder-6/new", "folder-7/in/side/new"].map(bytePathFromText));
  await buildLinks(mirror, spare, { isNew: false, differing, context: {} });
  assert.deepEqual(readdirSync(join(spare, "folder-7/in/side")), ["new"]);
  assert.ok(readdirSync(join(spare, "folder-6")).includes("new"));
  assert.ok(!readdirSync(join(spare, "folder-5")).includes("new"));
});

test("a refresh that is stopped says nothing of the spare", async (t) => {
  const { store, spare } = makeScene(t);
  makeSpare(spare);
  assert.equal(await refreshSpare(store, AbortSignal.abort()), undefined);
});

/** Files come and go by a rename, as rsync makes them. */
class Work {
  readonly changed = new Set<BytePath>();
  private readonly mirror: string;

  constructor(mirror: string) {
    this.mirror = mirror;
  }

  async untilDone(): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      for (let folder = 0; folder < FOLDERS; folder += 3) {
        const path = `folder-${folder}/file-${round}`;
        writeFileSync(join(this.mirror, `folder-${folder}/.file-${round}.new`), `round ${round}`);
        renameSync(join(this.mirror, `folder-${folder}/.file-${round}.new`), join(this.mirror, path));
        this.changed.add(bytePathFromText(path));
      }
      await sleep(1);
    }
    rmSync(join(this.mirror, "folder-0/file-0"));
  }
}

function makeScene(t: TestContext): { store: Store; mirror: string; spare: string } {
  const store = temporaryStore(t);
  const mirror = inStore(store, store.mirror);
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    mkdirSync(join(mirror, `folder-${folder}`), { recursive: true });
    for (let file = 0; file < FILES; file += 1) {
      writeFileSync(join(mirror, `folder-${folder}/file-${file}`), String(file));
    }
  }
  assert.ok(statSync(inStore(store, METADATA, PARTS.spare)).isDirectory());
  return { store, mirror, spare: inStore(store, METADATA, PARTS.spare, "2026-01-01T00-00-00Z") };
}

function makeSpare(spare: string): string {
  mkdirSync(spare);
  return spare;
}
