import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { acquireGuard } from "../../src/lock/guard.ts";
import { guardKeyOf } from "../../src/run/guard-key.ts";
import type { Job } from "../../src/run/job.ts";
import { isRunning } from "../integration/processes.ts";
import { instant, makeJob, makePlace, type Place, runHere } from "./make-job.ts";
import { recordingCallback } from "./record-callback.ts";

const FIRST = "2026-03-01T12-00-00Z";
const SECOND = "2026-03-01T12-01-00Z";

type Options = Parameters<typeof recordingCallback>[1];

function prepare(t: TestContext, changes: Partial<Job> = {}, options?: Options) {
  const place = makePlace(t);
  const recording = recordingCallback(place.top, options);
  const job = makeJob(place, { callback: recording.callback, ...changes });
  return { place, job, ...recording };
}

/** A program of this name that comes before the real one until the test ends. */
function shadow(t: TestContext, place: Place, name: string, script: string): void {
  const folder = join(place.top, "programs");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const path = process.env.PATH;
  process.env.PATH = `${folder}:${path}`;
  t.after(() => {
    process.env.PATH = path;
  });
}

function snapshotsIn(place: Place): string[] {
  return readdirSync(place.store).filter((name) => /^\d/.test(name));
}

test("a success calls 7 1 3 2 8, with the profile before and the snapshot's name and path after 3", async (t) => {
  const { place, job, calls, argumentLists } = prepare(t);
  const report = await runHere(job, { now: instant(0) });
  assert.equal(report.exitCode, 0);
  assert.deepEqual(calls(), ["7", "1", `3|${FIRST}|${join(place.store, FIRST)}`, "2", "8"]);
  assert.deepEqual(
    argumentLists().map((call) => call.slice(0, 2)),
    Array(5).fill(["7", "laptop"]),
  );
});

test("a run that only brings the mirror up to date calls 7 1 2 8", async (t) => {
  const { place, job, calls } = prepare(t, { actions: { backup: true, snapshot: false, rotate: false } });
  assert.equal((await runHere(job, { now: instant(0) })).exitCode, 0);
  assert.deepEqual(calls(), ["7", "1", "2", "8"]);
  assert.deepEqual(snapshotsIn(place), []);
});

test("a run that skips the snapshot because nothing changed calls 7 1 2 8", async (t) => {
  const { place, job, calls } = prepare(t, { skipUnchanged: true });
  await runHere(job, { now: instant(0) });
  const before = calls().length;
  const report = await runHere(job, { now: instant(1) });
  assert.equal(report.exitCode, 0);
  assert.deepEqual(calls().slice(before), ["7", "1", "2", "8"]);
  assert.deepEqual(snapshotsIn(place), [FIRST]);
});

test("while another run has the lock, 4 2 is the only call, and the code is 2", async (t) => {
  const { place, job, calls } = prepare(t);
  const guard = await acquireGuard({ key: guardKeyOf(job), describe: "another backup" });
  t.after(() => guard.release());
  const report = await runHere(job, { now: instant(0) });
  assert.equal(report.exitCode, 2);
  assert.deepEqual(calls(), ["4|2"]);
  assert.match(report.message, /already running: another backup/);
  assert.equal(existsSync(place.store), false);
});

test("a store that cannot be found calls 7, 4 3, 8 and gives code 3", async (t) => {
  const { place, job, calls } = prepare(t);
  const lost = join(place.top, "not mounted", "store", "latest");
  const report = await runHere({ ...job, destination: { kind: "local", directory: lost } }, { now: instant(0) });
  assert.equal(report.exitCode, 3);
  assert.deepEqual(calls(), ["7", "4|3", "8"]);
  assert.equal(existsSync(join(place.top, "not mounted")), false);
});

test("a snapshot of the same second calls 7 1, 4 4 ID, 2 8, gives code 4 and stays as it is", async (t) => {
  const { place, job, calls } = prepare(t);
  await runHere(job, { now: instant(0) });
  const before = calls().length;
  writeFileSync(join(place.source, "file"), "changed\n");
  const report = await runHere(job, { now: instant(0) });
  assert.equal(report.exitCode, 4);
  assert.deepEqual(calls().slice(before), ["7", "1", `4|4|${FIRST}`, "2", "8"]);
  assert.equal(readFileSync(join(place.store, FIRST, "file"), "utf8"), "one\n");
  assert.equal(readFileSync(join(place.mirror, "file"), "utf8"), "one\n");
});

const failures: { name: string; text: RegExp; breakIt(t: TestContext, place: Place): void }[] = [
  {
    name: "a source that is gone",
    text: /^4\|5\|the source .* does not exist$/,
    breakIt: (_, { source }) => rmSync(source, { recursive: true }),
  },
  {
    name: "a plan that the guard refuses",
    text: /^4\|5\|the source .* looks wrong: .*; nothing was changed$/,
    breakIt: (_, { source }) => {
      rmSync(join(source, "file"));
      rmSync(join(source, "folder"), { recursive: true });
      writeFileSync(join(source, "another"), "");
    },
  },
  {
    name: "an rsync that fails",
    text: /^4\|5\|rsync failed with exit code 12 \(.*\): broken pipe$/,
    breakIt: (t, place) => shadow(t, place, "rsync", "echo broken pipe >&2; exit 12"),
  },
];

for (const { name, text, breakIt } of failures) {
  test(`${name} calls 7 1, 4 5 TEXT, 2 8, gives code 5 and takes no snapshot`, async (t) => {
    const { place, job, calls } = prepare(t);
    await runHere(job, { now: instant(0) });
    const before = calls().length;
    breakIt(t, place);
    const report = await runHere(job, { now: instant(1) });
    assert.equal(report.exitCode, 5);
    const [seven, one, failed = "", ...rest] = calls().slice(before);
    assert.deepEqual([seven, one, ...rest], ["7", "1", "2", "8"]);
    assert.match(failed, text);
    assert.deepEqual(snapshotsIn(place), [FIRST]);
    assert.deepEqual(readdirSync(join(place.store, ".bakup/new")), []);
    assert.equal(readFileSync(join(place.mirror, "file"), "utf8"), "one\n");
  });
}

test("a file that vanishes during the run calls 7 1, 4 6 ID, 3, 2 8, gives code 6 and an incomplete snapshot", async (t) => {
  const { place, job, calls } = prepare(t);
  await runHere(job, { now: instant(0) });
  const before = calls().length;
  writeFileSync(join(place.source, "new"), "new\n");
  writeFileSync(join(place.source, "fleeting"), "soon gone\n");
  const onStep = (step: string) => {
    if (step === "transfer") {
      rmSync(join(place.source, "fleeting"));
    }
  };
  const report = await runHere(job, { now: instant(1), observer: { onStep } });
  assert.equal(report.exitCode, 6);
  const taken = `3|${SECOND}|${join(place.store, SECOND)}`;
  assert.deepEqual(calls().slice(before), ["7", "1", `4|6|${SECOND}`, taken, "2", "8"]);
  assert.equal(readFileSync(join(place.store, SECOND, "new"), "utf8"), "new\n");
  const record = JSON.parse(readFileSync(join(place.store, ".bakup", `${SECOND}.json`), "utf8"));
  assert.equal(record.state, "incomplete");
  assert.equal(record.vanished, 1);
});

test("a non-zero return of 7 cancels before the store is looked at, and 8 is still called", async (t) => {
  const { place, job, calls } = prepare(t, {}, { script: '[ "$3" != 7 ]' });
  const report = await runHere(job, { now: instant(0) });
  assert.equal(report.exitCode, 75);
  assert.deepEqual(calls(), ["7", "8"]);
  assert.match(report.message, /returned 1 for reason 7/);
  assert.equal(existsSync(place.store), false);
});

test("a non-zero return of 1 cancels before anything is copied, without 2", async (t) => {
  const { place, job, calls } = prepare(t, {}, { script: '[ "$3" != 1 ]' });
  const report = await runHere(job, { now: instant(0) });
  assert.equal(report.exitCode, 75);
  assert.deepEqual(calls(), ["7", "1", "8"]);
  assert.equal(existsSync(place.mirror), false);
});

test("a non-zero return of 3, 2 or 8 is a warning each, and the run is a success", async (t) => {
  const { place, job, calls } = prepare(t, {}, { script: 'case "$3" in 3|2|8) exit 9;; esac' });
  const report = await runHere(job, { now: instant(0) });
  assert.equal(report.exitCode, 0);
  assert.deepEqual(
    calls().map((call) => call[0]),
    ["7", "1", "3", "2", "8"],
  );
  assert.equal(report.log.filter(({ kind }) => kind === "callbackComplained").length, 3);
  assert.deepEqual(snapshotsIn(place), [FIRST]);
});

test("a non-zero return of 4 does not hide the error that it was told of", async (t) => {
  const { place, job, calls } = prepare(t, {}, { script: '[ "$3" != 4 ]' });
  rmSync(place.source, { recursive: true });
  const report = await runHere(job, { now: instant(0) });
  assert.equal(report.exitCode, 5);
  assert.match(report.message, /does not exist/);
  assert.equal(calls().length, 5);
});

test("a callback without its run bit is an error of the run, before anything is touched", async (t) => {
  const { place, job, callback, calls } = prepare(t);
  chmodSync(callback.path, 0o644);
  const report = await runHere(job, { now: instant(0) });
  assert.equal(report.exitCode, 5);
  assert.match(report.message, /user-callback may not be run/);
  assert.deepEqual(calls(), []);
  assert.equal(existsSync(place.store), false);
});

test("a callback that hangs is killed with everything it has started, and the run goes no further", async (t) => {
  const hang = `[ "$3" = 7 ] || exit 0; sleep 300 & echo $! > "$0.pid"; sleep 300`;
  const { place, job, callback, calls } = prepare(t, {}, { script: hang, timeoutSeconds: 0.5 });
  const started = Date.now();
  const report = await runHere(job, { now: instant(0) });
  assert.equal(report.exitCode, 5);
  assert.match(report.message, /took too long/);
  assert.ok(Date.now() - started < 20_000);
  assert.equal(isRunning(Number(readFileSync(`${callback.path}.pid`, "utf8"))), false);
  assert.deepEqual(
    calls().map((call) => call.replace(/\|the .*/, "")),
    ["7", "4|5", "8"],
  );
  assert.equal(existsSync(place.store), false);
});

test("an error text with bytes that make arguments awkward reaches the callback as one argument", async (t) => {
  const { place, job, calls } = prepare(t);
  const source = join(place.top, "a  b 'c' \"$HOME\" *");
  await runHere({ ...job, source }, { now: instant(0) });
  assert.ok(calls().includes(`4|5|the source ${source} does not exist`));
});

test("a dry run calls nothing", async (t) => {
  const { job, calls } = prepare(t, { dryRun: true });
  assert.equal((await runHere(job, { now: instant(0) })).exitCode, 0);
  assert.deepEqual(calls(), []);
});
