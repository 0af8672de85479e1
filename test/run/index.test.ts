import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { StoppedError } from "../../src/errors/errors.ts";
import type { Job } from "../../src/run/job.ts";
import { openStore } from "../../src/store/layout.ts";
import { acceptIndex } from "../../src/store/source-index.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { isRoot } from "../store/make-tree.ts";
import { instant, makeJob, makePlace, runHere } from "./make-job.ts";

const RULES = { index: true, everySeconds: 86_400, full: false };

/** A store with one backup, so that an index is there, and a way to make the next. */
async function prepare(t: TestContext, changes: Partial<Job> = {}) {
  const place = makePlace(t);
  const job = makeJob(place, { rotation: { ...makeJob(place).rotation, scheme: { minutely: 2 } }, ...changes });
  let minute = 0;
  const backUp = (more: Partial<Job> = {}) => {
    minute += 1;
    return runHere({ ...job, ...more }, { now: instant(minute) });
  };
  assert.equal((await backUp()).exitCode, 0);
  return { ...place, job, backUp, index: join(place.store, ".bakup/index/index.json") };
}

function kinds(report: { log: { kind: string }[] }): string[] {
  return report.log.map(({ kind }) => kind).filter((kind) => /^(?:index|fullWalk)/.test(kind));
}

test("the second run relies on the index, and finds what has changed", async (t) => {
  const { source, mirror, backUp } = await prepare(t);
  writeFileSync(join(source, "folder/other"), "changed");
  rmSync(join(source, "file"));
  const report = await backUp();
  assert.deepEqual(kinds(report), ["indexUsed"]);
  assert.equal(readFileSync(join(mirror, "folder/other"), "utf8"), "changed");
  assert.equal(existsSync(join(mirror, "file")), false);
  const { plan } = await backUp({ walk: { ...RULES, full: true } });
  assert.deepEqual([plan?.items, plan?.deletions], [[], []]);
});

test("an edit that keeps size and time reaches the mirror and leaves the older snapshot as it was", async (t) => {
  const { source, store, mirror, backUp } = await prepare(t);
  utimesSync(join(source, "file"), 1e9, 1e9);
  await backUp();
  const [snapshot = ""] = readdirSync(store).filter((name) => /^2026-.*-02-00Z$/.test(name));
  writeFileSync(join(source, "file"), "ONE\n");
  utimesSync(join(source, "file"), 1e9, 1e9);
  await backUp();
  assert.equal(readFileSync(join(mirror, "file"), "utf8"), "ONE\n");
  assert.equal(readFileSync(join(store, snapshot, "file"), "utf8"), "one\n");
});

for (const mode of [0o644, 0o600]) {
  test(`an edit that keeps size and time reaches all names of a file, and they stay one, with mode ${mode.toString(8)}`, async (t) => {
    const { source, mirror, backUp } = await prepare(t);
    linkSync(join(source, "file"), join(source, "folder/link"));
    utimesSync(join(source, "file"), 1e9, 1e9);
    await backUp();
    writeFileSync(join(source, "file"), "ONE\n");
    utimesSync(join(source, "file"), 1e9, 1e9);
    chmodSync(join(source, "file"), mode);
    assert.deepEqual(kinds(await backUp()), ["indexUsed"]);
    assert.equal(readFileSync(join(mirror, "file"), "utf8"), "ONE\n");
    assert.equal(statSync(join(mirror, "file")).mode & 0o777, mode);
    assert.equal(statSync(join(mirror, "file")).ino, statSync(join(mirror, "folder/link")).ino);
  });
}

test("a folder keeps its time when a file of it gets a second name in the place of a folder, moved after the plan", async (t) => {
  const { source, mirror, backUp } = await prepare(t);
  mkdirSync(join(source, "A"));
  linkSync(join(source, "file"), join(source, "A/link"));
  mkdirSync(join(source, ";folder"));
  writeFileSync(join(source, ";folder/inner"), "x");
  await backUp();
  renameSync(join(source, "file"), join(source, "aside"));
  renameSync(join(source, ";folder"), join(source, "file"));
  renameSync(join(source, "aside"), join(source, ";folder"));
  const report = await backUp();
  assert.equal(report.exitCode, 0, report.message);
  assert.deepEqual(
    compareTrees(source, mirror).filter((line) => !line.startsWith("links ")),
    [],
  );
});

for (const kind of ["file", "symlink"] as const) {
  test(`a ${kind} with a second name elsewhere keeps it when its folder is renamed`, async (t) => {
    const { source, mirror, backUp } = await prepare(t);
    const other = join(source, "other");
    kind === "file" ? writeFileSync(other, "x") : symlinkSync("nowhere", other);
    linkSync(other, join(source, "folder/second"));
    // What has just changed is looked at again in any case.
    await sleep(2100);
    await backUp();
    renameSync(join(source, "folder"), join(source, "renamed"));
    const report = await backUp();
    assert.equal(report.exitCode, 0, report.message);
    assert.equal(lstatSync(join(mirror, "renamed/second")).ino, lstatSync(join(mirror, "other")).ino);
  });
}

for (const [place, full] of [
  ["a file", false],
  ["a file", true],
  ["a link to itself", false],
  ["a link to itself", true],
] as const) {
  const title = `links with several names, in a folder that comes in the place of ${place}`;
  test(`${title}, reach the mirror by ${full ? "a walk" : "the index"}`, async (t) => {
    const { source, mirror, backUp } = await prepare(t);
    const folder = join(source, "place");
    place === "a file" ? writeFileSync(folder, "x") : symlinkSync("place", folder);
    linkSync(join(source, "file"), join(source, "folder/link"));
    symlinkSync("nowhere", join(source, "folder/known"));
    await backUp();
    rmSync(folder);
    mkdirSync(join(folder, "deep"), { recursive: true });
    symlinkSync("place", join(folder, "a"));
    linkSync(join(folder, "a"), join(folder, "b"));
    linkSync(join(folder, "a"), join(folder, "deep/c"));
    linkSync(join(source, "file"), join(folder, "d"));
    linkSync(join(source, "folder/known"), join(folder, "e"));
    const report = await backUp({ walk: { ...RULES, full } });
    assert.equal(report.exitCode, 0, report.message);
    assert.deepEqual(
      compareTrees(source, mirror).filter((line) => !line.startsWith("links ")),
      [],
    );
    assert.equal(lstatSync(join(mirror, "place/a")).ino, lstatSync(join(mirror, "place/deep/c")).ino);
    assert.equal(lstatSync(join(mirror, "place/e")).ino, lstatSync(join(mirror, "folder/known")).ino);
    assert.equal(statSync(join(mirror, "place/d")).ino, statSync(join(mirror, "file")).ino);
    const { plan } = await backUp({ walk: { ...RULES, full: true } });
    assert.deepEqual([plan?.items, plan?.deletions], [[], []]);
  });
}

for (const full of [false, true]) {
  test(`a link that comes in the place of a folder is no failure by ${full ? "a walk" : "the index"}`, async (t) => {
    const { source, mirror, backUp } = await prepare(t);
    const folder = join(source, "place");
    mkdirSync(folder);
    writeFileSync(join(folder, "inner"), "x");
    await backUp();
    rmSync(folder, { recursive: true });
    linkSync(join(source, "file"), folder);
    const report = await backUp({ walk: { ...RULES, full } });
    assert.equal(report.exitCode, 0, report.message);
    assert.equal(statSync(join(mirror, "place")).ino, statSync(join(mirror, "file")).ino);
    const { plan } = await backUp({ walk: { ...RULES, full: true } });
    assert.deepEqual([plan?.items, plan?.deletions], [[], []]);
  });
}

test("the size of the source stays what a walk says it is", async (t) => {
  const { source, backUp } = await prepare(t, {
    filters: { excludedRoots: [], exclude: ["*.tmp"], oneFileSystem: true },
  });
  writeFileSync(join(source, "new"), "12345");
  writeFileSync(join(source, "left.tmp"), "12345678");
  writeFileSync(join(source, "folder/other"), "longer than before");
  mkdirSync(join(source, "more"));
  rmSync(join(source, "file"));
  const indexed = await backUp();
  const walked = await backUp({ walk: { ...RULES, full: true } });
  assert.deepEqual(indexed.transferred?.source, walked.transferred?.source);
});

test("what the index missed is an error, is backed up, and ends the use of the index until it is accepted", async (t) => {
  const { store, mirror, backUp, index } = await prepare(t);
  // What changed in the last two seconds may change again unseen, so the index does not speak of it yet; and whole
  // seconds are what it counts.
  await sleep(3_200);
  await backUp();
  writeFileSync(join(mirror, "file"), "somebody wrote here");
  assert.deepEqual(kinds(await backUp()), ["indexUsed"]);
  const found = await backUp({ walk: { ...RULES, full: true } });
  assert.deepEqual(kinds(found), ["indexUsed", "fullWalk", "indexMissed"]);
  assert.deepEqual(found.log.find(({ kind }) => kind === "indexMissed")?.fields, { count: 1, path: "file" });
  assert.equal(readFileSync(join(mirror, "file"), "utf8"), "one\n");
  assert.equal(existsSync(index), false);
  assert.deepEqual(kinds(await backUp()), ["fullWalk"]);
  const opened = openStore(store);
  t.after(() => opened.close());
  assert.equal(acceptIndex(opened)?.example, "file");
  assert.deepEqual(kinds(await backUp()), ["fullWalk"]);
  assert.deepEqual(kinds(await backUp()), ["indexUsed"]);
});

test("a walk is made when it is due, and when the index is switched off", async (t) => {
  const { backUp } = await prepare(t);
  assert.deepEqual(kinds(await backUp({ walk: { ...RULES, everySeconds: 0 } })), ["indexUsed", "fullWalk"]);
  assert.deepEqual(kinds(await backUp({ walk: { ...RULES, index: false } })), ["fullWalk"]);
});

test("a run that is stopped after it has changed the mirror leaves no index behind", async (t) => {
  const { source, job, backUp, index } = await prepare(t);
  assert.equal(existsSync(index), true);
  writeFileSync(join(source, "file"), "new");
  const stop = new AbortController();
  const onStep = (step: string) => (step === "snapshot" ? stop.abort(new StoppedError("SIGTERM")) : undefined);
  const stopped = await runHere(job, { now: instant(30), signal: stop.signal, observer: { onStep } });
  assert.equal(stopped.exitCode, 143);
  assert.equal(existsSync(index), false);
  assert.deepEqual(kinds(await backUp()), ["fullWalk"]);
});

test("what has come into a folder of the mirror goes when that folder changes", async (t) => {
  const { source, mirror, backUp } = await prepare(t);
  mkdirSync(join(mirror, "folder/unknown/deep"), { recursive: true });
  writeFileSync(join(mirror, "folder/unknown/deep/file"), "");
  rmSync(join(source, "folder"), { recursive: true });
  assert.deepEqual(kinds(await backUp()), ["indexUsed"]);
  assert.equal(existsSync(join(mirror, "folder")), false);
});

test("a dry run says the same as the run after it, and leaves the index alone", async (t) => {
  const { source, store, backUp } = await prepare(t);
  chmodSync(join(source, "file"), 0o600);
  writeFileSync(join(source, "folder/new"), "new");
  const folder = join(store, ".bakup/index");
  const before = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]);
  const dry = await backUp({ dryRun: true });
  assert.deepEqual(
    readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]),
    before,
  );
  assert.deepEqual(dry.plan?.items, (await backUp()).plan?.items);
});

test("nothing of the index is left over: one listing, and what it belongs to", async (t) => {
  const { source, store, backUp } = await prepare(t);
  for (const content of ["a", "bb", "ccc"]) {
    writeFileSync(join(source, "file"), content);
    await backUp();
    const names = readdirSync(join(store, ".bakup/index"));
    assert.deepEqual(names.map((name) => name.replace(/-.*\./, "-*.")).sort(), ["index.json", "listing-*.gz"]);
  }
});

test("a mount that comes into the source while a run works leaves no index, one elsewhere does", {
  skip: !isRoot && "only root mounts",
}, async (t) => {
  const { top, source, job, backUp } = await prepare(t);
  mkdirSync(join(top, "elsewhere"));
  for (const [folder, expected, minute] of [
    [join(top, "elsewhere"), "indexUsed", 40],
    [join(source, "folder"), "fullWalk", 41],
  ] as const) {
    const onStep = (step: string) =>
      step === "index" ? void execFileSync("mount", ["-t", "tmpfs", "tmpfs", folder]) : undefined;
    try {
      assert.equal((await runHere(job, { now: instant(minute), observer: { onStep } })).exitCode, 0);
    } finally {
      execFileSync("umount", [folder]);
    }
    assert.deepEqual(kinds(await backUp()), [expected]);
  }
});
