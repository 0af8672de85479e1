import assert from "node:assert/strict";
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Job } from "../../src/run/job.ts";
import { openStore } from "../../src/store/layout.ts";
import { listSnapshots } from "../../src/store/list.ts";
import { instant, makeJob, makePlace, type Place, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { makeTree } from "../store/make-tree.ts";
import { changeTree } from "./big-source.ts";
import { run, shell } from "./file-system.ts";
import { fingerprint } from "./fingerprint.ts";

const DAY_MS = 86_400_000;
const STRANGERS = [
  "photos-2019-01-01",
  "20240101",
  "2026-01-01",
  "backup of 2026-01-02 03:04:05",
  "2026-02-30 02:00:11",
];
const NONE = { relaxed: false, preferRecent: false, include: [], exclude: [] };

/** The name that rsync-system-backup gives in local time. */
function localName(time: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** A store as rsync-system-backup leaves it: sixty daily snapshots by cp -al, the last one on the day before. */
function makeOldStore(t: TestContext): Place & { names: string[] } {
  const place = makePlace(t);
  const tree = join(place.source, "tree");
  mkdirSync(tree);
  makeTree(tree);
  // rsync itself looks at whole seconds: in the life of such a store nothing happens twice in one.
  writeFileSync(join(place.source, "of the day"), "");
  shell(
    place.source,
    "find . -newermt '1 hour ago' -print0 | xargs -0 touch --no-dereference --date='2025-12-01 12:00:00.25'",
  );
  mkdirSync(place.store);
  const names: string[] = [];
  for (let day = 60; day >= 1; day -= 1) {
    const time = new Date(instant(0).getTime() - day * DAY_MS);
    writeFileSync(join(place.source, "of the day"), `${day} days ago\n`);
    utimesSync(join(place.source, "of the day"), time, time);
    run("rsync", ["-aHAX", "--delete", "--numeric-ids", `${place.source}/`, `${place.mirror}/`]);
    const name = localName(time);
    run("cp", ["-al", place.mirror, join(place.store, name)]);
    names.push(name);
  }
  for (const stranger of STRANGERS) {
    mkdirSync(join(place.store, stranger));
    writeFileSync(join(place.store, stranger, "mine"), "not a snapshot\n");
  }
  return { ...place, names };
}

function listed(place: Place): string[] {
  const store = openStore(place.store);
  try {
    const { snapshots, strays } = listSnapshots(store);
    assert.deepEqual(strays, []);
    return snapshots.map(({ name }) => name);
  } finally {
    store.close();
  }
}

function printsOf(place: Place, names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [name, fingerprint(join(place.store, name))]));
}

function strangers(place: Place): string {
  return shell(
    place.store,
    `stat -c '%n %i %Y %Z %h' ${STRANGERS.map((name) => `'${name}' '${name}/mine'`).join(" ")}`,
  );
}

function keep(scheme: Job["rotation"]["scheme"]): Job["rotation"] {
  return { scheme, ...NONE };
}

test("a store of rsync-system-backup is continued: nothing is copied again, and its snapshots are ours to list", async (t) => {
  const place = makeOldStore(t);
  assert.deepEqual(listed(place), place.names);
  const inode = statSync(join(place.mirror, "tree/sparse")).ino;
  const first = await runHere(makeJob(place), { now: instant(0) });
  assert.equal(first.exitCode, 0, first.message);
  assert.deepEqual(first.plan?.items, []);
  assert.equal(first.transferred?.unchanged, true);
  assert.equal(statSync(join(place.mirror, "tree/sparse")).ino, inode);
  const differences = compareTrees(place.source, join(place.store, first.snapshot ?? ""));
  assert.deepEqual(
    differences.filter((line) => !line.startsWith("sparse")),
    [],
    "but for holes, which rsync-system-backup does not keep",
  );
  assert.deepEqual(listed(place), [...place.names, first.snapshot]);
});

test("changes of the source, also of attributes alone, never reach rsync-system-backup's snapshots", async (t) => {
  const place = makeOldStore(t);
  const some = [place.names[0] ?? "", place.names[30] ?? "", place.names[59] ?? ""];
  const prints = printsOf(place, some);
  for (const round of [1, 2]) {
    changeTree(join(place.source, "tree"), round);
    run("chmod", ["-R", round === 1 ? "o-r" : "o+r", join(place.source, "folder")]);
    const report = await runHere(makeJob(place), { now: instant(round) });
    assert.equal(report.exitCode, 0, report.message);
    assert.deepEqual(compareTrees(place.source, join(place.store, report.snapshot ?? "")), []);
    assert.deepEqual(printsOf(place, some), prints);
  }
});

test("both kinds of snapshots rotate as one set, and other folders are never touched", async (t) => {
  const place = makeOldStore(t);
  const before = strangers(place);
  const report = await runHere(makeJob(place, { rotation: keep({ daily: 7, monthly: "always" }) }), {
    now: instant(0),
  });
  assert.equal(report.exitCode, 0, report.message);
  const months = new Map<string, string>();
  for (const name of place.names) {
    const month = name.slice(0, 7);
    months.set(month, months.get(month) ?? name);
  }
  const ofToday = report.snapshot ?? "";
  const expected = new Set([...months.values(), ...place.names.slice(-6), ofToday]);
  assert.deepEqual(
    listed(place),
    [...place.names, ofToday].filter((name) => expected.has(name)),
  );
  assert.equal(report.removed.length, 61 - expected.size);
  assert.equal(strangers(place), before);
  const spare = readdirSync(join(place.store, ".bakup/spare"));
  assert.equal(spare.length, 1, "one expired snapshot waits to become the next one");
  changeTree(join(place.source, "tree"), 1);
  const next = await runHere(makeJob(place, { rotation: keep({ daily: 7, monthly: "always" }) }), { now: instant(5) });
  assert.equal(next.exitCode, 0, next.message);
  assert.deepEqual(compareTrees(place.source, join(place.store, next.snapshot ?? "")), []);
  assert.equal(strangers(place), before);
});

test("the names of bakup's snapshots sort in the order of time, and after all older ones of the other kind", async (t) => {
  const place = makeOldStore(t);
  for (const minute of [0, 1, 59, 60, 60 * 24]) {
    const report = await runHere(makeJob(place), { now: instant(minute) });
    assert.equal(report.exitCode, 0, report.message);
  }
  const inTime = listed(place);
  assert.deepEqual([...inTime].sort(), inTime);
  assert.equal(inTime.length, 65);
});
