import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startBakup } from "../run/child.ts";
import { countCases } from "../safety/cases.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { callsOnStore, deadlyProgram, startInjected } from "./inject.ts";
import { backupArguments, brokenPromises, copyScene, makeScene, stateOf } from "./scene.ts";
import { brokenIn, type Strike, strikeAll } from "./strike.ts";

/** Calls of rsync's three processes that change the mirror. */
const RSYNC_CALLS = [
  "openat",
  "write",
  "renameat",
  "linkat",
  "symlinkat",
  "mkdir",
  "mkdirat",
  "unlinkat",
  "utimensat",
  "fchmod",
  "fchown",
];
const RSYNC_ROUNDS = [1, 2, 4, 8];

test("the scene gives a run work of every kind, and the checker sees what is broken", async (t) => {
  const scene = await makeScene(join(temporaryFolder(t), "scene"));
  const calls = await callsOnStore(copyScene(scene, join(scene.top, "calls")), { reads: false });
  for (const name of ["rename", "link", "unlink", "mkdir", "rmdir", "fsync", "write"]) {
    assert.ok(
      calls.some((call) => call.name === name),
      `no ${name} on the store`,
    );
  }
  assert.deepEqual(brokenPromises(scene, { settled: false }), []);
  assert.ok(brokenPromises(scene, { settled: true }).includes("there is no new snapshot"));
});

test("SIGKILL at each system call that changes the store: nothing is lost, and the next run ends well", async (t) => {
  const scene = await makeScene(join(temporaryFolder(t), "scene"));
  const calls = await callsOnStore(copyScene(scene, join(scene.top, "calls")), { reads: false });
  const strikes = calls.map(
    (call): Strike => ({
      title: `SIGKILL at ${call.name} ${call.when}, ${call.text}`,
      start: (copy) => startInjected(copy, call, "signal=SIGKILL"),
    }),
  );
  const outcomes = await strikeAll(scene, strikes);
  countCases(t, outcomes.length);
  assert.deepEqual(brokenIn(outcomes), []);
  const killed = outcomes.filter(({ end }) => end.signal === "SIGKILL");
  assert.ok(killed.length > outcomes.length * 0.9, `${killed.length} of ${outcomes.length} runs were killed`);
});

test("SIGKILL at system calls of the rsync that fills the mirror, and of bakup with it", async (t) => {
  const scene = await makeScene(join(temporaryFolder(t), "scene"));
  const struck: string[] = [];
  const strikes = RSYNC_CALLS.flatMap((name) =>
    RSYNC_ROUNDS.map(
      (when): Strike => ({
        title: `rsync is killed at ${name} ${when}`,
        start: (copy) => {
          const deadly = deadlyProgram(copy, "rsync", { name, when });
          const child = startBakup(backupArguments(copy), { env: { ...stateOf(copy), ...deadly.env } });
          void child.ended.then(() => existsSync(deadly.struck) && struck.push(name));
          return child;
        },
      }),
    ),
  );
  const outcomes = await strikeAll(scene, strikes);
  countCases(t, struck.length);
  assert.deepEqual(brokenIn(outcomes), []);
  assert.ok(new Set(struck).size >= 6, `only these calls were struck: ${struck}`);
});
