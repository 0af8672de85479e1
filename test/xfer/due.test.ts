import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseUnlessDue } from "../../src/xfer/due.ts";
import { Refusal } from "../../src/xfer/refusal.ts";
import { DEFAULT_SETTINGS } from "../../src/xfer/settings.ts";
import { makeSnapshot } from "../store/make-snapshot.ts";
import { temporaryStore } from "../store/make-store.ts";

const SETTINGS = { ...DEFAULT_SETTINGS, timerArgs: ["20h", "always"] };
const NOW = { now: new Date("2026-11-24T12:00:00Z"), force: false };

test("a snapshot that a wrong clock has dated days ahead keeps no upload away, one of today does", (t) => {
  const store = temporaryStore(t);
  makeSnapshot(store, "2036-11-24T12-00-00Z");
  refuseUnlessDue(store, SETTINGS, NOW);
  makeSnapshot(store, "2026-11-24T11-00-00Z");
  assert.throws(() => refuseUnlessDue(store, SETTINGS, NOW), Refusal);
});
