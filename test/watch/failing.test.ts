import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExitCode } from "../../src/errors/exit-codes.ts";
import { judgeRunEnd, type RunEndFacts } from "../../src/watch/failing.ts";

const NOW = Date.UTC(2026, 2, 1, 12);
const failing = (hoursAgo: number) => {
  const time = new Date(NOW - hoursAgo * 3_600_000).toISOString();
  return { since: time, told: time, untold: [] };
};

function judge(exitCode: ExitCode, facts: Partial<RunEndFacts> = {}) {
  const verdict = judgeRunEnd({
    exitCode,
    unreadable: 0,
    failing: undefined,
    now: NOW,
    reminderSeconds: 86_400,
    ...facts,
  });
  return verdict === undefined ? "nothing" : `${verdict.kind}${verdict.isNews ? "" : ", known"}`;
}

test("what a run's end is to people", () => {
  assert.equal(judge(0), "success");
  assert.equal(judge(0, { failing: failing(1) }), "recovery");
  assert.equal(judge(5), "failure");
  assert.equal(judge(5, { failing: failing(1) }), "failure, known");
  assert.equal(judge(5, { failing: failing(24) }), "failure");
});

test("files that vanished are no failure, unreadable ones are", () => {
  assert.equal(judge(6), "success");
  assert.equal(judge(6, { unreadable: 1 }), "failure");
});

test("a skip, a meeting with another run and a signal are no news", () => {
  for (const code of [75, 2, 130, 143] as const) {
    assert.equal(judge(code, { failing: failing(30) }), "nothing");
  }
});
