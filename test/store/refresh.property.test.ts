import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { fingerprint } from "../integration/fingerprint.ts";
import { instant, keepStateIn, makeJob, runHere } from "../run/make-job.ts";
import { change, KEPT, make } from "../run/random-changes.ts";
import { countCases } from "../safety/cases.ts";
import { compareTrees } from "./compare-trees.ts";
import { temporaryFolder } from "./make-store.ts";

/** So many stores; each sees some nights, with changes before each. */
const STORES = Number(process.env.BAKUP_REFRESH_STORES ?? 5);
const SNAPSHOTS_KEPT = 2;

test("a snapshot that is made from an expired one equals the mirror, and no other snapshot changes", async (t) => {
  keepStateIn(t, temporaryFolder(t));
  const night = fc.array(change, { maxLength: 8 });
  const first = fc.array(change, { minLength: 10, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      first,
      fc.array(night, { minLength: SNAPSHOTS_KEPT + 2, maxLength: SNAPSHOTS_KEPT + 4 }),
      async (beginning, nights) => {
        const top = mkdtempSync(join(tmpdir(), "bakup-refresh-"));
        try {
          await live(top, [beginning, ...nights]);
        } finally {
          rmSync(top, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: STORES, includeErrorInReport: true },
  );
  countCases(t, STORES);
});

async function live(top: string, nights: readonly (readonly Parameters<typeof make>[1][])[]): Promise<void> {
  const [source, store] = [join(top, "source"), join(top, "store")];
  mkdirSync(source);
  writeFileSync(join(source, KEPT), "kept");
  const job = makeJob(
    { source, mirror: join(store, "latest") },
    { guard: { maxDeletePercent: 100, maxRewritePercent: 100 } },
  );
  const rotation = { ...job.rotation, scheme: { minutely: SNAPSHOTS_KEPT } };
  const prints = new Map<string, string>();
  for (const [index, changes] of nights.entries()) {
    for (const each of changes) {
      make(source, each);
    }
    const { exitCode, snapshot = "", message } = await runHere({ ...job, rotation }, { now: instant(index) });
    assert.equal(exitCode, 0, message);
    assert.deepEqual(compareTrees(join(store, "latest"), join(store, snapshot)), []);
    prints.set(snapshot, fingerprint(join(store, snapshot)));
    const present = readdirSync(store).filter((name) => prints.has(name));
    assert.ok(present.length >= Math.min(index + 1, SNAPSHOTS_KEPT));
    for (const name of present) {
      assert.equal(fingerprint(join(store, name)), prints.get(name), name);
    }
  }
}
