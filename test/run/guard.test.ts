import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "../../src/store/layout.ts";
import { listSnapshots } from "../../src/store/list.ts";
import { acceptRefusal, readRefusal } from "../../src/store/suspect-plan.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { instant, makeJob, makePlace, type Place, runHere } from "./make-job.ts";

const FILES = 60;

/** A source of 60 files that has been backed up once. */
async function backedUp(t: Parameters<typeof makePlace>[0]): Promise<Place> {
  const place = makePlace(t);
  for (let index = 0; index < FILES; index += 1) {
    writeFileSync(join(place.source, `file-${index}`), `content ${index}\n`);
  }
  assert.equal((await runHere(makeJob(place), { now: instant(0) })).exitCode, 0);
  return place;
}

function contentsOf(place: Place): string[] {
  const inside = readdirSync(join(place.store, ".bakup")).filter((name) => name !== "refused.json");
  return [...readdirSync(place.store), ...inside, ...readdirSync(place.mirror)].sort();
}

function removeFiles(place: Place, count: number): void {
  for (let index = 0; index < count; index += 1) {
    rmSync(join(place.source, `file-${index}`));
  }
}

function withStore<T>(place: Place, work: (store: ReturnType<typeof openStore>) => T): T {
  const store = openStore(place.store);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

const sources: { name: string; message: RegExp; breakIt(place: Place): void }[] = [
  {
    name: "missing",
    message: /does not exist/,
    breakIt: ({ source }) => rmSync(source, { recursive: true }),
  },
  {
    name: "empty",
    message: /is empty/,
    breakIt: ({ source }) => {
      rmSync(source, { recursive: true });
      mkdirSync(source);
    },
  },
  {
    name: "a file",
    message: /cannot be read: ENOTDIR/,
    breakIt: ({ source }) => {
      rmSync(source, { recursive: true });
      writeFileSync(source, "");
    },
  },
  {
    name: "shrunken by more than half",
    message: /4\d of the mirror's 63 entries \(\d+ %\) would be deleted/,
    breakIt: (place) => removeFiles(place, 40),
  },
  {
    name: "rewritten by more than half",
    message: /4\d of the mirror's 63 entries \(\d+ %\) would be rewritten/,
    breakIt: ({ source }) => {
      for (let index = 0; index < 40; index += 1) {
        writeFileSync(join(source, `file-${index}`), "encrypted by somebody else");
      }
    },
  },
];

for (const { name, message, breakIt } of sources) {
  test(`a source that is ${name} is refused with code 5, and the store stays as it is`, async (t) => {
    const place = await backedUp(t);
    const before = contentsOf(place);
    breakIt(place);
    const report = await runHere(makeJob(place), { now: instant(1) });
    assert.equal(report.exitCode, 5);
    assert.match(report.message, message);
    assert.deepEqual(contentsOf(place), before);
  });
}

test("a source in its own destination is a mistake of the configuration, and nothing is touched", async (t) => {
  const place = await backedUp(t);
  const before = contentsOf(place);
  for (const source of [place.mirror, join(place.mirror, "folder")]) {
    const report = await runHere({ ...makeJob(place), source }, { now: instant(1) });
    assert.equal(report.exitCode, 1, report.message);
    assert.match(report.message, /lies in its own destination/);
  }
  assert.deepEqual(contentsOf(place), before);
});

test("a source that must be mounted and is not is refused", async (t) => {
  const place = makePlace(t);
  const report = await runHere(makeJob(place, { sourceMustBeMounted: true }));
  assert.equal(report.exitCode, 5);
  assert.match(report.message, /is not a mount point/);
  assert.equal(existsSync(place.mirror), false);
});

test("a refusal is noted with its numbers, and refused again until somebody accepts it", async (t) => {
  const place = await backedUp(t);
  removeFiles(place, 40);
  for (const minute of [1, 2]) {
    assert.equal((await runHere(makeJob(place), { now: instant(minute) })).exitCode, 5);
    const refusal = withStore(place, readRefusal);
    assert.deepEqual(
      { ...refusal, reason: undefined },
      { when: instant(minute).toISOString(), reason: undefined, deleted: 40, changed: 0, before: 63 },
    );
  }
});

test("what was accepted goes through once: the next disaster is refused anew", async (t) => {
  const place = await backedUp(t);
  removeFiles(place, 40);
  await runHere(makeJob(place), { now: instant(1) });
  withStore(place, (store) => acceptRefusal(store, instant(2)));
  const accepted = await runHere(makeJob(place), { now: instant(3) });
  assert.equal(accepted.exitCode, 0, accepted.message);
  assert.deepEqual(compareTrees(place.source, join(place.store, accepted.snapshot ?? "")), []);
  assert.equal(withStore(place, readRefusal), undefined);
  for (let index = 0; index < 40; index += 1) {
    writeFileSync(join(place.source, `file-${index}`), `content ${index}\n`);
  }
  assert.equal((await runHere(makeJob(place), { now: instant(4) })).exitCode, 0);
  removeFiles(place, 40);
  assert.equal((await runHere(makeJob(place), { now: instant(5) })).exitCode, 5);
});

test("an acceptance does not cover a disaster that has grown since", async (t) => {
  const place = await backedUp(t);
  removeFiles(place, 40);
  await runHere(makeJob(place), { now: instant(1) });
  withStore(place, (store) => acceptRefusal(store, instant(2)));
  rmSync(join(place.source, "folder"), { recursive: true });
  for (let index = 40; index < 55; index += 1) {
    rmSync(join(place.source, `file-${index}`));
  }
  const report = await runHere(makeJob(place), { now: instant(3) });
  assert.equal(report.exitCode, 5);
  assert.equal(withStore(place, readRefusal)?.accepted, undefined);
});

test("a profile may allow more, but never the loss of everything", async (t) => {
  const place = await backedUp(t);
  const guard = { maxDeletePercent: 100, maxRewritePercent: 100 };
  removeFiles(place, 50);
  assert.equal((await runHere(makeJob(place, { guard }), { now: instant(1) })).exitCode, 0);
  rmSync(place.source, { recursive: true });
  mkdirSync(place.source);
  writeFileSync(join(place.source, "the only one"), "");
  const report = await runHere(makeJob(place, { guard }), { now: instant(2) });
  assert.equal(report.exitCode, 5);
  assert.match(report.message, /every one of the mirror's 13 entries would be deleted/);
});

test("half of a handful is an ordinary day", async (t) => {
  const place = makePlace(t);
  await runHere(makeJob(place), { now: instant(0) });
  rmSync(join(place.source, "folder"), { recursive: true });
  assert.equal((await runHere(makeJob(place), { now: instant(1) })).exitCode, 0);
});

test("a snapshot alone of a mirror that has lost more than half is suspect, and rotation waits until it is accepted", async (t) => {
  const place = await backedUp(t);
  for (const name of readdirSync(place.mirror).slice(0, 40)) {
    rmSync(join(place.mirror, name), { recursive: true });
  }
  const actions = { backup: false, snapshot: true, rotate: true };
  const report = await runHere(makeJob(place, { actions }), { now: instant(1) });
  assert.equal(report.exitCode, 0, report.message);
  assert.deepEqual(
    withStore(place, (store) => listSnapshots(store).snapshots.map(({ state }) => state)),
    ["complete", "suspect"],
  );
  assert.ok(report.log.some(({ kind }) => kind === "rotationHeld"));
});
