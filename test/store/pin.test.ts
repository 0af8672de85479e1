import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findSnapshot } from "../../src/store/list.ts";
import { pinSnapshot, unpinSnapshot } from "../../src/store/pin.ts";
import { makeSnapshot } from "./make-snapshot.ts";
import { temporaryStore } from "./make-store.ts";

const NAME = "2026-11-22T02-00-13Z";
const NOW = new Date("2026-11-23T10:00:00Z");

test("a pin is part of the record until it is taken off, and nothing else of the record changes", (t) => {
  const store = temporaryStore(t);
  const before = makeSnapshot(store, NAME, { state: "incomplete" });
  pinSnapshot(store, before, " before the upgrade ", NOW);
  const pinned = findSnapshot(store, NAME);
  assert.deepEqual(pinned.record?.pin, { reason: "before the upgrade", since: "2026-11-23T10:00:00.000Z" });
  assert.equal(pinned.state, "incomplete");
  unpinSnapshot(store, pinned);
  assert.deepEqual(findSnapshot(store, NAME), before);
});

test("a snapshot of rsync-system-backup gets an adopted record with its pin", (t) => {
  const store = temporaryStore(t);
  const name = "2026-11-21 02:00:11";
  mkdirSync(join(store.path, name));
  const snapshot = findSnapshot(store, name);
  pinSnapshot(store, snapshot, "the last one of the old disk", NOW);
  const { record, state, instant } = findSnapshot(store, name);
  assert.equal(record?.origin, "adopted");
  assert.equal(record?.started, new Date(2026, 10, 21, 2, 0, 11).toISOString());
  assert.deepEqual([state, instant], ["complete", snapshot.instant]);
});

test("a pin needs a reason, and only what is pinned can be unpinned", (t) => {
  const store = temporaryStore(t);
  const snapshot = makeSnapshot(store, NAME);
  assert.throws(() => pinSnapshot(store, snapshot, " ", NOW), { name: "StoreError", message: /without a reason/ });
  assert.throws(() => unpinSnapshot(store, snapshot), { name: "StoreError", message: /is not pinned/ });
});
