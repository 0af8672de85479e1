import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { inStore } from "../../src/store/layout.ts";
import { listSnapshots } from "../../src/store/list.ts";
import { acceptRefusal, clearRefusal, isAccepted, readRefusal, writeRefusal } from "../../src/store/suspect-plan.ts";
import { temporaryStore } from "./make-store.ts";

const NOW = new Date("2026-11-23T10:00:00Z");
const REFUSAL = { when: "2026-11-22T02:00:13.000Z", reason: "too much", deleted: 100, changed: 1000, before: 1500 };

test("a refused plan is kept until it is cleared, and is no snapshot", (t) => {
  const store = temporaryStore(t);
  assert.equal(readRefusal(store), undefined);
  writeRefusal(store, REFUSAL);
  assert.deepEqual(readRefusal(store), REFUSAL);
  assert.deepEqual(listSnapshots(store), { snapshots: [], strays: [] });
  clearRefusal(store);
  clearRefusal(store);
  assert.equal(readRefusal(store), undefined);
});

test("accepting marks the refusal, and a new refusal takes the mark away", (t) => {
  const store = temporaryStore(t);
  assert.throws(() => acceptRefusal(store, NOW), { name: "StoreError", message: /no run was refused/ });
  writeRefusal(store, REFUSAL);
  acceptRefusal(store, NOW);
  assert.equal(readRefusal(store)?.accepted, "2026-11-23T10:00:00.000Z");
  writeRefusal(store, REFUSAL);
  assert.equal(readRefusal(store)?.accepted, undefined);
});

test("an accepted refusal allows a plan that is at most 10 % larger", () => {
  const accepted = { ...REFUSAL, accepted: NOW.toISOString() };
  const cases: [deleted: number, changed: number, allowed: boolean][] = [
    [100, 1000, true],
    [0, 0, true],
    [110, 1100, true],
    [111, 1000, false],
    [100, 1101, false],
  ];
  for (const [deleted, changed, allowed] of cases) {
    assert.equal(isAccepted(accepted, { deleted, changed }), allowed, `${deleted} ${changed}`);
    assert.equal(isAccepted(REFUSAL, { deleted, changed }), false, "not accepted");
  }
  assert.equal(isAccepted(undefined, { deleted: 0, changed: 0 }), false);
});

test("a damaged note is an error that says what to do", (t) => {
  const store = temporaryStore(t);
  writeFileSync(inStore(store, ".bakup/refused.json"), '{"when": 1}');
  assert.throws(() => readRefusal(store), { name: "StoreError", message: /damaged \(\.bakup\/refused\.json\)/ });
});
