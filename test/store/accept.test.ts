import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptSnapshot } from "../../src/store/accept.ts";
import { findSnapshot } from "../../src/store/list.ts";
import { makeSnapshot } from "./make-snapshot.ts";
import { temporaryStore } from "./make-store.ts";

const NAME = "2026-11-22T02-00-13Z";

test("an accepted snapshot is complete", (t) => {
  const store = temporaryStore(t);
  const suspect = makeSnapshot(store, NAME, { state: "suspect" });
  acceptSnapshot(store, suspect);
  assert.deepEqual(findSnapshot(store, NAME).state, "complete");
});

test("only a suspect snapshot can be accepted", (t) => {
  const store = temporaryStore(t);
  for (const [index, state] of (["complete", "incomplete"] as const).entries()) {
    const snapshot = makeSnapshot(store, `2026-11-22T02-00-0${index}Z`, { state });
    assert.throws(() => acceptSnapshot(store, snapshot), { name: "StoreError", message: new RegExp(`is ${state}`) });
    assert.equal(findSnapshot(store, snapshot.name).state, state);
  }
});
