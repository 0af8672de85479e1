import assert from "node:assert/strict";
import { test } from "node:test";
import { hideLiveRun, readLiveRun, showLiveRun } from "../../../src/run/history/live.ts";
import { temporaryFolder } from "../../store/make-store.ts";

test("a run is seen where it is remembered, and is no run of a profile of the same name elsewhere", (t) => {
  const before = process.env.STATE_DIRECTORY;
  t.after(() => {
    delete process.env.STATE_DIRECTORY;
    Object.assign(process.env, before === undefined ? {} : { STATE_DIRECTORY: before });
  });
  const [here, elsewhere] = [temporaryFolder(t), temporaryFolder(t)];
  process.env.STATE_DIRECTORY = here;
  const now = new Date().toISOString();
  showLiveRun({ run: "1", profile: "live-test", started: now, step: "transfer", stepStarted: now });
  assert.equal(readLiveRun("live-test")?.step, "transfer");
  process.env.STATE_DIRECTORY = elsewhere;
  assert.equal(readLiveRun("live-test"), undefined);
  process.env.STATE_DIRECTORY = here;
  hideLiveRun("live-test");
  assert.equal(readLiveRun("live-test"), undefined);
});
