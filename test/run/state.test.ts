import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { RunReport } from "../../src/run/execute.ts";
import { flagFile } from "../../src/run/flag-file.ts";
import type { Job } from "../../src/run/job.ts";
import { knownStoreId } from "../../src/run/known-stores.ts";
import { readProfileState, rememberRun } from "../../src/run/profile-state.ts";
import { profileStateFolder } from "../../src/run/state-folder.ts";
import { callMain } from "../cli/call-main.ts";
import { nextSecond, startBakup } from "./child.ts";
import { instant, makeJob, makePlace, type Place, runHere } from "./make-job.ts";

const SCHEDULE = { timerArgs: ["20h", "always"], timerScript: undefined, timerTimeoutSeconds: 60 };

function report(minute: number, changes: Partial<RunReport>): RunReport {
  return {
    exitCode: 0,
    startedAt: instant(minute),
    finishedAt: instant(minute + 1),
    removed: [],
    warnings: 0,
    ...changes,
  };
}

async function timedRun(place: Place, now: Date, schedule: Job["schedule"] = SCHEDULE) {
  const result = await runHere(makeJob(place, { schedule }), { now });
  rememberRun("laptop", result);
  return result;
}

test("nothing is known of a profile that has never run", (t) => {
  makePlace(t);
  assert.deepEqual(readProfileState("laptop"), {});
});

test("a success is the last run and the last success", (t) => {
  makePlace(t);
  rememberRun("laptop", report(0, { snapshot: "2026-03-01T12-00-00Z" }));
  const named = { started: instant(0).toISOString(), snapshot: "2026-03-01T12-00-00Z" };
  assert.deepEqual(readProfileState("laptop"), {
    lastRun: { ...named, finished: instant(1).toISOString(), exitCode: 0 },
    lastSuccess: named,
    lastComplete: named,
  });
});

test("a failure is the last run, and leaves the last success as it was", (t) => {
  makePlace(t);
  rememberRun("laptop", report(0, { snapshot: "2026-03-01T12-00-00Z" }));
  rememberRun("laptop", report(9, { exitCode: 5, error: new Error("the disk is full") }));
  const { lastRun, lastSuccess } = readProfileState("laptop");
  assert.equal(lastRun?.error, "the disk is full");
  assert.equal(lastRun?.exitCode, 5);
  assert.equal(lastSuccess?.started, instant(0).toISOString());
});

test("an incomplete backup counts as a success for the interval", (t) => {
  makePlace(t);
  rememberRun("laptop", report(0, { exitCode: 6, snapshot: "2026-03-01T12-00-00Z" }));
  const { lastSuccess, lastComplete } = readProfileState("laptop");
  assert.deepEqual([lastSuccess?.started, lastComplete], [instant(0).toISOString(), undefined]);
});

test("a skip is no run: it is noted with its reason beside the last one", (t) => {
  makePlace(t);
  rememberRun("laptop", report(0, {}));
  rememberRun("laptop", report(5, { exitCode: 75, error: new Error("not yet") }));
  const { lastRun, lastSkip } = readProfileState("laptop");
  assert.equal(lastRun?.started, instant(0).toISOString());
  assert.deepEqual(lastSkip, { when: instant(6).toISOString(), reason: "not yet" });
});

test("a damaged state file is no obstacle, and the next run mends it", (t) => {
  makePlace(t);
  mkdirSync(profileStateFolder("laptop"), { recursive: true });
  writeFileSync(join(profileStateFolder("laptop"), "state.json"), "{ half");
  assert.deepEqual(readProfileState("laptop"), {});
  rememberRun("laptop", report(0, {}));
  assert.equal(readProfileState("laptop").lastRun?.exitCode, 0);
});

test("a timed run is due when there is no backup yet, and skipped until the interval is over", async (t) => {
  const place = makePlace(t);
  assert.equal((await timedRun(place, instant(0))).exitCode, 0);
  const early = await timedRun(place, instant(19 * 60));
  assert.equal(early.exitCode, 75);
  assert.match(early.message, /not more than 20h ago.*Mon 2026-03-02 08:00:01/);
  assert.equal((await timedRun(place, instant(20 * 60 + 1))).exitCode, 0);
  assert.deepEqual(readProfileState("laptop").lastSuccess?.started, instant(20 * 60 + 1).toISOString());
});

test("a run that is skipped touches nothing: no callback, no store", async (t) => {
  const place = makePlace(t);
  const result = await timedRun(place, instant(0), {
    timerArgs: ["20h"],
    timerScript: undefined,
    timerTimeoutSeconds: 60,
  });
  assert.equal(result.exitCode, 75);
  assert.equal(existsSync(place.store), false);
});

test("the flag file makes a run due once", async (t) => {
  const place = makePlace(t);
  await timedRun(place, instant(0));
  writeFileSync(flagFile("laptop"), "");
  assert.equal((await timedRun(place, instant(5))).exitCode, 0);
  assert.equal(existsSync(flagFile("laptop")), false);
  assert.equal((await timedRun(place, instant(6))).exitCode, 75);
});

test("a run that fails leaves the flag file, so that the next poll tries again; a wish during a run is a new one", async (t) => {
  const place = makePlace(t);
  await timedRun(place, instant(0));
  writeFileSync(flagFile("laptop"), "");
  renameSync(place.source, `${place.source}.away`);
  assert.equal((await timedRun(place, instant(5))).exitCode, 5);
  assert.ok(existsSync(flagFile("laptop")));
  renameSync(`${place.source}.away`, place.source);
  const job = makeJob(place, { schedule: SCHEDULE });
  const wishAgain = (step: string) => {
    if (step === "transfer") {
      rmSync(flagFile("laptop"));
      writeFileSync(flagFile("laptop"), "");
    }
  };
  assert.equal((await runHere(job, { now: instant(6), observer: { onStep: wishAgain } })).exitCode, 0);
  assert.ok(existsSync(flagFile("laptop")));
});

test("a run that fails is tried again at the next poll, though it was due by the interval alone", async (t) => {
  const place = makePlace(t);
  await timedRun(place, instant(0));
  renameSync(place.source, `${place.source}.away`);
  assert.equal((await timedRun(place, instant(21 * 60))).exitCode, 5);
  renameSync(`${place.source}.away`, place.source);
  assert.equal((await timedRun(place, instant(21 * 60 + 20))).exitCode, 0);
  assert.equal((await timedRun(place, instant(21 * 60 + 40))).exitCode, 75);
});

test("a mere question leaves the flag file: bakup due, bakup check, bakup status", async (t) => {
  const { config } = profile(t, "[schedule]\ntimer_arg[] = 20h\n");
  mkdirSync(profileStateFolder("laptop"), { recursive: true });
  writeFileSync(flagFile("laptop"), "");
  const codes: number[] = [];
  for (const command of ["due", "due", "check", "status"]) {
    codes.push((await callMain(command, "--config", config)).code);
  }
  assert.deepEqual(codes, [0, 0, 0, 0]);
  assert.ok(existsSync(flagFile("laptop")));
});

test("a folder named like the flag file asks for nothing", async (t) => {
  const place = makePlace(t);
  await timedRun(place, instant(0));
  mkdirSync(flagFile("laptop"));
  assert.equal((await timedRun(place, instant(5))).exitCode, 75);
});

test("an interval that cannot be read is an error of the configuration, code 1", async (t) => {
  const place = makePlace(t);
  await timedRun(place, instant(0));
  const result = await timedRun(place, instant(5), {
    timerArgs: ["soon", "always"],
    timerScript: undefined,
    timerTimeoutSeconds: 60,
  });
  assert.equal(result.exitCode, 1);
});

/** A profile with a schedule, run as a process. */
function profile(t: TestContext, scheduleLines: string) {
  const place = makePlace(t);
  const config = join(place.top, "bakup.conf");
  writeFileSync(
    config,
    `[profile]\nid = 7\nname = laptop\n[source]\npath = ${place.source}\n[destination]\nlocation = ${place.mirror}\n${scheduleLines}`,
  );
  const run = async (...options: string[]) => {
    await nextSecond();
    return startBakup(["run", "--config", config, ...options], {}).ended;
  };
  return { place, config, run };
}

test("bakup run --timed asks the schedule and remembers its runs; without --timed it always runs", async (t) => {
  const { run } = profile(t, "[schedule]\ntimer_arg[] = 20h\ntimer_arg[] = always\n");
  assert.equal((await run("--timed")).code, 0);
  const first = readProfileState("laptop").lastSuccess?.started;
  const skipped = await run("--timed");
  assert.equal(skipped.code, 75, skipped.stderr);
  assert.match(readProfileState("laptop").lastSkip?.reason ?? "", /not more than 20h ago/);
  assert.equal(readProfileState("laptop").lastSuccess?.started, first);
  assert.equal((await run()).code, 0);
  assert.notEqual(readProfileState("laptop").lastSuccess?.started, first);
});

test("bakup run --timed --force ignores the schedule, unless the profile forbids it", async (t) => {
  const allowed = profile(t, "[schedule]\ntimer_arg[] = 20h\n");
  assert.equal((await allowed.run("--timed")).code, 75);
  assert.equal((await allowed.run("--timed", "--force")).code, 0);
  const forbidden = profile(t, "[schedule]\ntimer_arg[] = 20h\nallow_force = no\n");
  const refused = await forbidden.run("--timed", "--force");
  assert.equal(refused.code, 5);
  assert.match(refused.stderr, /forcing a backup is not allowed/);
  assert.equal(existsSync(forbidden.place.store), false);
});

test("the store that a path led to is remembered", async (t) => {
  const place = makePlace(t);
  await runHere(makeJob(place), { now: instant(0) });
  const { id } = JSON.parse(readFileSync(join(place.store, ".bakup/store.json"), "utf8"));
  assert.equal(knownStoreId(place.store), id);
});
