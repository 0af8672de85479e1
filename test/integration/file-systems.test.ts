import assert from "node:assert/strict";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Backend } from "../../src/store/backend.ts";
import { applyRestore } from "../../src/store/restore/apply.ts";
import { planRestore } from "../../src/store/restore/plan.ts";
import { instant, makeJob, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { makeTree } from "../store/make-tree.ts";
import { changeSource, changeTree, makeBigSource } from "./big-source.ts";
import { rsyncDifferences } from "./differences.ts";
import { type FileSystemType, makeFileSystem, run } from "./file-system.ts";
import { fingerprint } from "./fingerprint.ts";

const BACKENDS: Readonly<Record<FileSystemType, Backend>> = { ext4: "hardlink", xfs: "reflink", btrfs: "btrfs" };
const SIZE = { mebibytes: 3072 };

/** A store on a file system of its own, and what its snapshots looked like when they were new. */
interface Tested {
  type: FileSystemType;
  store: string;
  prints: Map<string, string>;
}

async function backUp(source: string, { type, store, prints }: Tested, minute: number): Promise<void> {
  const report = await runHere(makeJob({ source, mirror: join(store, "latest") }), { now: instant(minute) });
  assert.equal(report.exitCode, 0, report.message);
  const name = report.snapshot ?? "";
  const snapshot = join(store, name);
  assert.equal(rsyncDifferences(source, snapshot), "");
  assert.deepEqual(compareTrees(source, snapshot), []);
  for (const [older, print] of prints) {
    assert.equal(fingerprint(join(store, older)), print, `${older} has changed on ${type}`);
  }
  prints.set(name, fingerprint(snapshot));
  assert.equal(recordOf(store, name).backend, BACKENDS[type]);
  assert.equal(recordOf(store, name).state, "complete");
}

function recordOf(store: string, name: string): { backend?: string; state?: string; linkLimit?: number } {
  return JSON.parse(run("cat", [join(store, ".bakup", `${name}.json`)]));
}

/** A run over a source that has not changed finds nothing to do. */
async function expectNothingToDo(source: string, { store }: Tested): Promise<void> {
  const actions = { backup: true, snapshot: false, rotate: false };
  const report = await runHere(makeJob({ source, mirror: join(store, "latest") }, { actions }), { now: instant(9) });
  assert.deepEqual(report.plan?.items, []);
  assert.equal(report.transferred?.unchanged, true);
}

async function restoreAll(snapshot: string, target: string): Promise<void> {
  const plan = await planRestore({ tree: snapshot, paths: [], target, overwrite: false, delete: false }, {});
  const { problems, replaced } = await applyRestore(plan, {});
  assert.deepEqual(problems, []);
  assert.equal(replaced, undefined);
}

/** The source and the restored tree lie on a file system of their own as well. */
function makeSourceDisk(t: TestContext): { source: string; restored: string } {
  const { path } = makeFileSystem(t, "ext4", SIZE);
  const source = join(path, "source");
  mkdirSync(source);
  return { source, restored: join(path, "restored") };
}

function makeStore(t: TestContext, type: FileSystemType): Tested {
  const store = join(makeFileSystem(t, type, SIZE).path, "store");
  return { type, store, prints: new Map() };
}

test("three runs over /etc, 10,000 files of /usr and an awkward tree, with changes of every kind in between", async (t) => {
  const { source, restored } = makeSourceDisk(t);
  makeBigSource(source);
  const all = (["ext4", "xfs", "btrfs"] as const).map((type) => makeStore(t, type));
  for (const round of [0, 1, 2]) {
    if (round > 0) {
      changeSource(source, round);
    }
    for (const tested of all) {
      await t.test(
        `run ${round + 1} on ${tested.type}: the snapshot is the source, older ones are what they were`,
        () => backUp(source, tested, round),
      );
    }
  }
  for (const tested of all) {
    await t.test(`another run on ${tested.type} finds nothing to do`, () => expectNothingToDo(source, tested));
  }
  for (const { type, store, prints } of all) {
    await t.test(`restored from ${type}, the newest snapshot is the source`, async () => {
      const newest = [...prints.keys()].at(-1) ?? "";
      await restoreAll(join(store, newest), join(restored, type));
      assert.deepEqual(compareTrees(source, join(restored, type)), []);
      assert.equal(fingerprint(join(store, newest)), prints.get(newest));
      run("rm", ["-rf", restored]);
    });
  }
  await t.test("btrfs snapshots are read-only subvolumes", () => {
    const { store, prints } = all[2] ?? assert.fail();
    for (const name of prints.keys()) {
      assert.match(run("btrfs", ["property", "get", "-t", "subvol", join(store, name), "ro"]), /ro=true/);
    }
  });
});

for (const type of ["ext4", "xfs", "btrfs"] as const) {
  test(`on ${type} six runs that keep two snapshots each: every one is the source, and nothing piles up`, async (t) => {
    const { source } = makeSourceDisk(t);
    mkdirSync(join(source, "tree"));
    run("cp", ["-a", "/etc", source]);
    makeTree(join(source, "tree"));
    const tested = makeStore(t, type);
    let spare: number | undefined;
    for (const round of [0, 1, 2, 3, 4, 5]) {
      if (round > 0) {
        changeTree(join(source, "tree"), round);
        run("mkdir", ["-p", join(source, `folder ${round}`, "deep")]);
        run("rm", ["-rf", join(source, `folder ${round - 1}`)]);
      }
      await backUp(source, tested, round);
      const [oldest = ""] = [...tested.prints.keys()];
      const newest = [...tested.prints.keys()].at(-1) ?? "";
      if (spare !== undefined) {
        assert.equal(statSync(join(tested.store, newest)).ino, spare, "the snapshot was not made from the spare");
      }
      const rotation = { scheme: { minutely: 2 }, relaxed: false, preferRecent: false, include: [], exclude: [] };
      const actions = { backup: false, snapshot: false, rotate: true };
      const inode = statSync(join(tested.store, oldest)).ino;
      const mirror = join(tested.store, "latest");
      const report = await runHere(makeJob({ source, mirror }, { actions, rotation }), { now: instant(round) });
      assert.equal(report.exitCode, 0, report.message);
      assert.deepEqual(report.removed, round < 2 ? [] : [oldest]);
      for (const name of report.removed) {
        tested.prints.delete(name);
      }
      spare = round >= 2 && type === "ext4" ? inode : undefined;
      assert.equal(readdirSync(join(tested.store, ".bakup/spare")).length, spare === undefined ? 0 : 1);
      assert.deepEqual(readdirSync(join(tested.store, ".bakup/trash")), []);
      assert.deepEqual(readdirSync(join(tested.store, ".bakup/new")), []);
    }
    assert.equal(readdirSync(tested.store).filter((name) => /^\d/.test(name)).length, 2);
  });
}

test("a file that btrfs compresses on the source is backed up as any other, on every file system", async (t) => {
  const source = join(makeFileSystem(t, "btrfs", SIZE).path, "source");
  mkdirSync(source);
  writeFileSync(join(source, "compressed"), "a".repeat(100_000));
  run("btrfs", ["property", "set", join(source, "compressed"), "compression", "zstd"]);
  for (const type of ["ext4", "btrfs"] as const) {
    const { store } = makeStore(t, type);
    for (const minute of [0, 1]) {
      const report = await runHere(makeJob({ source, mirror: join(store, "latest") }), { now: instant(minute) });
      assert.equal(report.exitCode, 0, report.message);
      assert.equal(report.transferred?.unchanged, minute === 1);
      assert.equal(run("cmp", [join(source, "compressed"), join(store, report.snapshot ?? "", "compressed")]), "");
    }
  }
});
