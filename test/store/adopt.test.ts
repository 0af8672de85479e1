import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { applyAdoption } from "../../src/store/adopt.ts";
import { type AdoptionPlan, planAdoption } from "../../src/store/adopt-plan.ts";
import { inStore, type Store } from "../../src/store/layout.ts";
import { listSnapshots } from "../../src/store/list.ts";
import { writeRecord } from "../../src/store/records.ts";
import { recoverStore } from "../../src/store/recover.ts";
import { compareTrees } from "./compare-trees.ts";
import { temporaryStore } from "./make-store.ts";
import { isRoot, makeTree } from "./make-tree.ts";

/** A store without a mirror, and a folder beside it. */
function place(t: TestContext): { store: Store; other: string } {
  const store = temporaryStore(t);
  const other = join(dirname(store.path), "other");
  mkdirSync(other);
  return { store, other };
}

/** Folders with a file each, and the times given in seconds since 1970. */
function makeFolders(parent: string, folders: Record<string, number>): void {
  for (const [name, time] of Object.entries(folders)) {
    mkdirSync(join(parent, name), { recursive: true });
    writeFileSync(join(parent, name, "file"), name);
    utimesSync(join(parent, name.split("/")[0] ?? ""), time, time);
  }
}

function summary(plan: AdoptionPlan): string[] {
  return plan.adoptions.map(({ from, name, state, kind }) => `${from} -> ${name} ${state} ${kind}`);
}

test("rsnapshot's folders get names from their times, made unique, the higher number first", async (t) => {
  const { store, other } = place(t);
  makeFolders(other, {
    "daily.1/localhost": 1_700_000_000,
    "daily.0/localhost": 1_700_000_000,
    "hourly.0/localhost": 1_700_050_000,
    "sync.x": 1,
  });
  const plan = planAdoption(store, other);
  assert.deepEqual(summary(plan), [
    `${other}/daily.1/localhost -> 2023-11-14T22-13-20Z complete rsnapshot`,
    `${other}/daily.0/localhost -> 2023-11-14T22-13-21Z complete rsnapshot`,
    `${other}/hourly.0/localhost -> 2023-11-15T12-06-40Z complete rsnapshot`,
  ]);
  const { records } = await applyAdoption(store, plan);
  assert.equal(records[1]?.started, "2023-11-14T22:13:21.000Z");
  assert.deepEqual(readdirSync(other), ["sync.x"]);
  assert.equal(readFileSync(join(store.path, "2023-11-14T22-13-20Z/file"), "utf8"), "daily.1/localhost");
  assert.deepEqual(
    listSnapshots(store).snapshots.map(({ name, origin }) => `${name} ${origin}`),
    ["2023-11-14T22-13-20Z adopted", "2023-11-14T22-13-21Z adopted", "2023-11-15T12-06-40Z adopted"],
  );
});

test("of a folder of rsnapshot with several parts all is the tree, or the part that is named", (t) => {
  const { store, other } = place(t);
  makeFolders(other, { "daily.0/web": 1_700_000_000, "daily.0/mail": 1_700_000_000 });
  assert.deepEqual(
    planAdoption(store, other).adoptions.map(({ from }) => from),
    [join(other, "daily.0")],
  );
  assert.deepEqual(
    planAdoption(store, join(other, "daily.0"), { subfolder: "mail" }).adoptions.map(({ from }) => from),
    [join(other, "daily.0/mail")],
  );
});

test("Back In Time's folders are taken in local time, and a failed one is incomplete", async (t) => {
  const { store, other } = place(t);
  makeFolders(other, {
    "20241122-020013-123/backup": 1,
    "20241123-020013-456/backup": 1,
    "20241124-020013-789/other": 1,
  });
  writeFileSync(join(other, "20241123-020013-456/failed"), "");
  const plan = planAdoption(store, other);
  const utc = (day: number) => `${new Date(2024, 10, day, 2, 0, 13).toISOString().slice(0, 19).replaceAll(":", "-")}Z`;
  assert.deepEqual(summary(plan), [
    `${other}/20241122-020013-123/backup -> ${utc(22)} complete back-in-time`,
    `${other}/20241123-020013-456/backup -> ${utc(23)} incomplete back-in-time`,
  ]);
  assert.deepEqual(
    plan.skipped.map(({ reason }) => reason),
    [`${other}/20241124-020013-789/backup is no folder`],
  );
  await applyAdoption(store, plan);
  assert.deepEqual(
    listSnapshots(store).snapshots.map(({ name, state }) => [name, state]),
    [
      [utc(22), "complete"],
      [utc(23), "incomplete"],
    ],
  );
  assert.equal(readFileSync(join(store.path, store.mirror, "file"), "utf8"), "20241122-020013-123/backup");
});

test("in the store only records are written: rsync-system-backup's folders and strays keep their names", async (t) => {
  const { store } = place(t);
  const names = ["2026-11-21 02:00:11", "2026-11-22T02-00-13Z", "2026-11-23T02-00-13Z"];
  makeFolders(store.path, Object.fromEntries(names.map((name) => [name, 1_700_000_000])));
  mkdirSync(join(store.path, "latest"));
  const time = "2026-11-23T02:00:13.000Z";
  writeRecord(store, { name: "2026-11-23T02-00-13Z", state: "complete", started: time, finished: time, origin: "run" });
  const plan = planAdoption(store, store.path);
  assert.deepEqual(
    plan.adoptions.map(({ name, inPlace }) => [name, inPlace]),
    [
      [names[0], true],
      [names[1], true],
    ],
  );
  assert.match(plan.skipped[0]?.reason ?? "", /is a snapshot of the store/);
  const { mirrorMade } = await applyAdoption(store, plan);
  assert.equal(mirrorMade, false);
  assert.deepEqual(listSnapshots(store).strays, []);
  assert.deepEqual(readdirSync(store.path).sort(), [".bakup", ...names, "latest"]);
  assert.throws(() => planAdoption(store, store.path), { name: "StoreError", message: /nothing to adopt/ });
});

test("a store without a mirror gets one that is equal to the newest adopted snapshot", async (t) => {
  const { store, other } = place(t);
  makeFolders(other, { "daily.1": 1_600_000_000 });
  mkdirSync(join(other, "daily.0"));
  makeTree(join(other, "daily.0"));
  utimesSync(join(other, "daily.0"), 1_700_000_000, 1_700_000_000);
  const { mirrorMade, records } = await applyAdoption(store, planAdoption(store, other));
  assert.equal(mirrorMade, true);
  const newest = join(store.path, records.at(-1)?.name ?? "");
  const differences = compareTrees(newest, join(store.path, "latest"));
  assert.deepEqual(
    differences.filter((line) => !line.startsWith("links")),
    [],
  );
  assert.deepEqual(readdirSync(inStore(store, ".bakup/new")), []);
});

test("a killed adoption leaves each folder where it was, or as a snapshot", async (t) => {
  const { store, other } = place(t);
  makeFolders(other, { "daily.0": 1_700_000_000 });
  const [adoption] = planAdoption(store, other).adoptions;
  const name = adoption?.name ?? "";
  const time = "2023-11-14T22:13:20.000Z";
  writeRecord(store, { name, state: "complete", started: time, finished: time, origin: "adopted" });
  await recoverStore(store);
  assert.equal(existsSync(join(other, "daily.0/file")), true, "killed after the record");
  assert.deepEqual(listSnapshots(store), { snapshots: [], strays: [] });
  writeRecord(store, { name, state: "complete", started: time, finished: time, origin: "adopted" });
  renameSync(join(other, "daily.0"), inStore(store, ".bakup/new", name));
  assert.deepEqual((await recoverStore(store)).revealed, [name], "killed after the move");
  assert.equal(existsSync(join(store.path, name, "file")), true);
});

test("the folder is moved only after its record is written", async (t) => {
  const { store, other } = place(t);
  makeFolders(other, { "daily.0": 1_700_000_000 });
  const plan = planAdoption(store, other);
  const inode = statSync(join(other, "daily.0/file")).ino;
  mkdirSync(inStore(store, ".bakup/new", plan.adoptions[0]?.name ?? "", "in the way"), { recursive: true });
  await assert.rejects(applyAdoption(store, plan), { name: "StoreError", message: /cannot move .*daily\.0/ });
  assert.equal(statSync(join(other, "daily.0/file")).ino, inode);
  assert.deepEqual(listSnapshots(store), { snapshots: [], strays: [] });
});

test("snapshots that belong to another store are not taken from it", (t) => {
  const { store, other } = place(t);
  makeFolders(other, { "2026-11-22T02-00-13Z": 1, ".bakup": 1 });
  writeFileSync(join(other, ".bakup/2026-11-22T02-00-13Z.json"), "{}");
  assert.throws(() => planAdoption(store, other), /nothing to adopt.*is a snapshot of the store/);
});

test("a folder on another file system is refused", { skip: !isRoot }, (t) => {
  const { store, other } = place(t);
  execFileSync("mount", ["-t", "tmpfs", "none", other]);
  try {
    makeFolders(other, { "daily.0": 1_700_000_000 });
    assert.throws(() => planAdoption(store, other), { name: "StoreError", message: /on another file system/ });
  } finally {
    execFileSync("umount", [other]);
  }
});

test("a folder without snapshots, or none at all, is refused", (t) => {
  const { store, other } = place(t);
  assert.throws(() => planAdoption(store, other), { name: "StoreError", message: /nothing to adopt/ });
  assert.throws(() => planAdoption(store, join(other, "absent")), { name: "StoreError", message: /ENOENT/ });
});
