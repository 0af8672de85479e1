import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeJob } from "../run/make-job.ts";
import { describeTree, type Model, snapshotsIn, type World } from "./world.ts";

const ROTATION = { scheme: { hourly: 3, daily: 2 }, relaxed: true, preferRecent: false, include: [], exclude: [] };

/** A run that lets everything pass, or one that refuses a plan which deletes more than so many percent. */
export function jobOf(world: World, maxDeletePercent = 100) {
  return makeJob(world, { rotation: ROTATION, guard: { maxDeletePercent, maxRewritePercent: 100 } });
}

/** What every step leaves true: nothing that is listed has changed, nothing that must stay is gone. */
export function expectPromises(model: Model, world: World): void {
  const names = snapshotsIn(world);
  const unknown = names.filter((name) => !model.snapshots.has(name));
  assert.deepEqual(unknown, [], "snapshots that nobody took");
  for (const name of names.filter((each) => !model.spoiled.has(each))) {
    assert.equal(describeTree(join(world.store, name)), model.snapshots.get(name), `${name} has changed`);
  }
  const lost = [...model.pinned].filter((name) => !names.includes(name));
  assert.deepEqual(lost, [], "pinned snapshots that are gone");
  for (const [path, contents] of model.foreign) {
    assert.equal(readFileSync(join(world.store, path, "theirs"), "utf8"), contents, `${path} is not ours`);
  }
}

/** What is gone is forgotten; only steps that may remove snapshots say so. The newest that is not damaged stays. */
export function forgetRemoved(model: Model, world: World): void {
  const names = snapshotsIn(world);
  const newest = [...model.snapshots.keys()]
    .filter((name) => !model.damaged.has(name))
    .sort()
    .at(-1);
  for (const name of model.snapshots.keys()) {
    if (!names.includes(name)) {
      assert.notEqual(name, newest, "the newest snapshot is gone");
      model.snapshots.delete(name);
      model.spoiled.delete(name);
      model.damaged.delete(name);
    }
  }
}

/** One of the snapshots; undefined when there is none. */
export function pick(names: Iterable<string>, index: number): string | undefined {
  const sorted = [...names].sort();
  return sorted[index % sorted.length];
}
