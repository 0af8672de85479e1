import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { callMain } from "../cli/call-main.ts";
import { startInjected } from "../crash/inject.ts";
import { runHere } from "../run/make-job.ts";
import { expectPromises, forgetRemoved, jobOf, pick } from "./promises.ts";
import {
  type Action,
  changeSource,
  describeTree,
  type Model,
  nextInstant,
  snapshotsIn,
  swapDisks,
  type World,
} from "./world.ts";

const hasSnapshots = (model: Readonly<Model>) => model.snapshots.size > 0;

/** The source changes in one of many ways. */
export function change(kind: number): Action {
  return { perform: async (_model, world) => changeSource(world, kind) };
}

export function run(): Action {
  return {
    perform: async (model, world) => {
      const report = await runHere(jobOf(world), { now: nextInstant(model) });
      assert.equal(report.exitCode, 0, report.message);
      expectTaken(model, world, report.snapshot);
    },
  };
}

/** After a run that took a snapshot. */
export function expectTaken(model: Model, world: World, snapshot = ""): void {
  model.snapshots.set(snapshot, describeTree(world.source));
  assert.equal(describeTree(world.mirror), describeTree(world.source));
  assert.ok(snapshotsIn(world).includes(snapshot));
  forgetRemoved(model, world);
  for (const part of ["new", "trash"]) {
    assert.deepEqual(readdirSync(join(world.store, ".bakup", part)), []);
  }
  expectPromises(model, world);
}

/** A run that is killed at one of the calls that make a snapshot what it is. */
export function crash(name: string, when: number): Action {
  return {
    can: hasSnapshots,
    perform: async (model, world) => {
      const before = new Set(snapshotsIn(world));
      await startInjected({ ...world, expected: "" }, { name, when, text: "" }, "signal=SIGKILL").ended;
      // The next run of this model is by a clock of its own, long before: what was half done must still be put in order.
      const next = await callMain("rotate", "--store", world.store);
      assert.ok([0, 2].includes(next.code), next.stderr);
      for (const each of snapshotsIn(world).filter((taken) => !before.has(taken))) {
        model.snapshots.set(each, describeTree(world.source));
      }
      forgetRemoved(model, world);
      expectPromises(model, world);
    },
  };
}

export function rotate(): Action {
  return {
    can: hasSnapshots,
    perform: async (model, world) => {
      const { code, stderr } = await callMain("rotate", "--store", world.store);
      assert.equal(code, 0, stderr);
      forgetRemoved(model, world);
      expectPromises(model, world);
    },
  };
}

/** Pins a snapshot, or unpins one that is pinned. */
export function pin(index: number): Action {
  return {
    can: hasSnapshots,
    perform: async (model, world) => {
      const name = pick(model.snapshots.keys(), index) ?? "";
      const isPinned = model.pinned.has(name);
      const command = isPinned ? ["unpin"] : ["pin", "--reason", "the model"];
      const { code, stderr } = await callMain(...command, "--store", world.store, name);
      assert.equal(code, 0, stderr);
      if (isPinned) {
        model.pinned.delete(name);
      } else {
        model.pinned.add(name);
      }
      expectPromises(model, world);
    },
  };
}

export function restore(index: number): Action {
  return {
    can: hasSnapshots,
    perform: async (model, world) => {
      const sound = [...model.snapshots.keys()].filter((name) => !model.spoiled.has(name));
      const name = pick(sound, index);
      if (name === undefined) {
        return;
      }
      const to = mkdtempSync(join(world.top, "restored-"));
      const { code, stderr } = await callMain("restore", "--store", world.store, "--snapshot", name, "--to", to);
      assert.equal(code, 0, stderr);
      assert.deepEqual(withoutTop(describeTree(to)), withoutTop(model.snapshots.get(name) ?? ""));
      rmSync(to, { recursive: true });
      expectPromises(model, world);
    },
  };
}

/** The clock of the next runs jumps by so many hours. */
export function jump(hours: number): Action {
  return {
    perform: async (model) => {
      model.clockHours += hours;
    },
  };
}

/** Somebody puts a folder of their own into the store. */
export function litter(name: string): Action {
  return {
    can: (model) => hasSnapshots(model) && !model.foreign.has(name),
    perform: async (model, world) => {
      mkdirSync(join(world.store, name));
      writeFileSync(join(world.store, name, "theirs"), name);
      model.foreign.set(name, name);
    },
  };
}

/** Another disk is in the place of this one: a run refuses it and leaves it as it is. */
export function otherDisk(): Action {
  return {
    can: hasSnapshots,
    perform: async (model, world) => {
      swapDisks(world);
      const before = describeTree(world.store);
      const report = await runHere(jobOf(world), { now: nextInstant(model) });
      assert.equal(report.exitCode, 3, report.message);
      assert.equal(describeTree(world.store), before, "the other disk was written to");
      swapDisks(world);
      expectPromises(model, world);
    },
  };
}

/** The folder that was restored into was there before, and keeps its own attributes. */
function withoutTop(description: string): Record<string, unknown> {
  const { "2e": _top, ...rest } = JSON.parse(description);
  return rest;
}
