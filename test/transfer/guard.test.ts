import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_GUARD_LIMITS, guardPlan } from "../../src/transfer/guard.ts";

/** entries: of the source after the run; the top folder is counted too, as rsync does. */
function plan(entries: number, changes: { created?: number; changed?: number; deleted?: number }) {
  const counts = { created: 0, changed: 0, attributes: 0, deleted: 0, bytes: 0, ...changes };
  return { source: { entries: entries + 1, files: entries, bytes: 0 }, changes: counts };
}

const cases: [name: string, plan: ReturnType<typeof plan>, ok: boolean][] = [
  ["nothing changed", plan(1000, {}), true],
  ["a day's work", plan(1000, { created: 10, changed: 50, deleted: 10 }), true],
  ["just half deleted", plan(500, { deleted: 500 }), true],
  ["one more than half deleted", plan(499, { deleted: 501 }), false],
  ["everything deleted", plan(0, { deleted: 1000 }), false],
  ["everything deleted and as much created", plan(1000, { created: 1000, deleted: 1000 }), false],
  ["the only file deleted and another created", plan(1, { created: 1, deleted: 1 }), false],
  ["just half rewritten", plan(1000, { changed: 500 }), true],
  ["more than half rewritten", plan(1000, { changed: 501 }), false],
  ["everything rewritten", plan(1000, { changed: 1000 }), false],
  ["three of four files rewritten: a handful is no disaster", plan(4, { changed: 3 }), true],
  ["three of four files deleted: a handful is no disaster", plan(1, { deleted: 3 }), true],
  ["many new files", plan(100_000, { created: 99_999 }), true],
];

for (const [name, candidate, ok] of cases) {
  test(`${name}: ${ok ? "goes on" : "is refused"}`, () => {
    assert.equal(guardPlan(candidate, DEFAULT_GUARD_LIMITS).ok, ok);
  });
}

test("a refusal says what would happen, in numbers", () => {
  const verdict = guardPlan(plan(100, { deleted: 900 }), DEFAULT_GUARD_LIMITS);
  assert.deepEqual(verdict, {
    ok: false,
    reason: "900 of the mirror's 1,000 entries (90 %) would be deleted, more than the 50 % that are allowed",
  });
});

test("the limits are the profile's", () => {
  assert.equal(guardPlan(plan(100, { deleted: 900 }), { maxDeletePercent: 95, maxRewritePercent: 0 }).ok, true);
  assert.equal(guardPlan(plan(100, { changed: 20 }), { maxDeletePercent: 95, maxRewritePercent: 10 }).ok, false);
});
