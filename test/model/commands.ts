import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { callMain } from "../cli/call-main.ts";
import { startInjected } from "../crash/inject.ts";
import { makeJob, runHere } from "../run/make-job.ts";
import { changeSource, describeTree, type Model, nextInstant, snapshotsIn, swapDisks, type World } from "./world.ts";

type Command = fc.AsyncCommand<Model, World>;

const ROTATION = { scheme: { hourly: 3, daily: 2 }, relaxed: true, preferRecent: false, include: [], exclude: [] };

function jobOf(world: World) {
  return makeJob(world, { rotation: ROTATION, guard: { maxDeletePercent: 100, maxRewritePercent: 100 } });
}

/** What every command leaves true: nothing that is listed has changed, nothing that must stay is gone. */
function expectPromises(model: Model, world: World): void {
  const names = snapshotsIn(world);
  const unknown = names.filter((name) => !model.snapshots.has(name));
  assert.deepEqual(unknown, [], "snapshots that nobody took");
  for (const name of names) {
    assert.equal(describeTree(join(world.store, name)), model.snapshots.get(name), `${name} has changed`);
  }
  const lost = [...model.pinned].filter((name) => !names.includes(name));
  assert.deepEqual(lost, [], "pinned snapshots that are gone");
  for (const [path, contents] of model.foreign) {
    assert.equal(readFileSync(join(world.store, path, "theirs"), "utf8"), contents, `${path} is not ours`);
  }
}

/** What is gone is forgotten; only commands that may remove snapshots say so. */
function forgetRemoved(model: Model, world: World): void {
  const names = snapshotsIn(world);
  const newest = [...model.snapshots.keys()].sort().at(-1);
  for (const name of model.snapshots.keys()) {
    if (!names.includes(name)) {
      assert.notEqual(name, newest, "the newest snapshot is gone");
      model.snapshots.delete(name);
    }
  }
}

class Change implements Command {
  readonly kind: number;
  constructor(kind: number) {
    this.kind = kind;
  }
  check = () => true;
  async run(_model: Model, world: World): Promise<void> {
    changeSource(world, this.kind);
  }
  toString = () => `change ${this.kind}`;
}

class Run implements Command {
  check = () => true;
  async run(model: Model, world: World): Promise<void> {
    const now = nextInstant(model);
    const report = await runHere(jobOf(world), { now });
    assert.equal(report.exitCode, 0, report.message);
    model.snapshots.set(report.snapshot ?? "", describeTree(world.source));
    assert.equal(describeTree(world.mirror), describeTree(world.source));
    assert.ok(snapshotsIn(world).includes(report.snapshot ?? ""));
    forgetRemoved(model, world);
    for (const part of ["new", "trash"]) {
      assert.deepEqual(readdirSync(join(world.store, ".bakup", part)), []);
    }
    expectPromises(model, world);
  }
  toString = () => "run";
}

/** A run that is killed at one of the calls that make a snapshot what it is. */
class Crash implements Command {
  readonly name: string;
  readonly when: number;
  constructor([name, when]: readonly [string, number]) {
    this.name = name;
    this.when = when;
  }
  check = (model: Readonly<Model>) => model.snapshots.size > 0;
  async run(model: Model, world: World): Promise<void> {
    const before = new Set(snapshotsIn(world));
    const child = startInjected({ ...world, expected: "" }, { ...this, text: "" }, "signal=SIGKILL");
    await child.ended;
    for (const name of snapshotsIn(world)) {
      const record = join(world.store, ".bakup", `${name}.json`);
      if (!before.has(name) && existsSync(record)) {
        model.snapshots.set(name, describeTree(world.source));
      }
    }
    // The next run of this model is by a clock of its own, long before: what was half done must still be put in order.
    const next = await callMain("rotate", "--store", world.store);
    assert.ok([0, 2].includes(next.code), next.stderr);
    for (const name of snapshotsIn(world)) {
      if (!before.has(name)) {
        model.snapshots.set(name, describeTree(world.source));
      }
    }
    forgetRemoved(model, world);
    expectPromises(model, world);
  }
  toString = () => `crash at ${this.name} ${this.when}`;
}

class Rotate implements Command {
  check = (model: Readonly<Model>) => model.snapshots.size > 0;
  async run(model: Model, world: World): Promise<void> {
    const { code, stderr } = await callMain("rotate", "--store", world.store);
    assert.equal(code, 0, stderr);
    forgetRemoved(model, world);
    expectPromises(model, world);
  }
  toString = () => "rotate";
}

class Pin implements Command {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
  check = (model: Readonly<Model>) => model.snapshots.size > 0;
  async run(model: Model, world: World): Promise<void> {
    const name = pick(model, this.index);
    const verb = model.pinned.has(name) ? "unpin" : "pin";
    const reason = verb === "pin" ? ["--reason", "the model"] : [];
    const { code, stderr } = await callMain(verb, "--store", world.store, ...reason, name);
    assert.equal(code, 0, stderr);
    if (verb === "pin") {
      model.pinned.add(name);
    } else {
      model.pinned.delete(name);
    }
    expectPromises(model, world);
  }
  toString = () => `pin or unpin ${this.index}`;
}

class Restore implements Command {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
  check = (model: Readonly<Model>) => model.snapshots.size > 0;
  async run(model: Model, world: World): Promise<void> {
    const name = pick(model, this.index);
    const to = mkdtempSync(join(world.top, "restored-"));
    const { code, stderr } = await callMain("restore", "--store", world.store, "--snapshot", name, "--to", to);
    assert.equal(code, 0, stderr);
    assert.deepEqual(withoutTop(describeTree(to)), withoutTop(model.snapshots.get(name) ?? ""));
    rmSync(to, { recursive: true });
    expectPromises(model, world);
  }
  toString = () => `restore ${this.index}`;
}

class JumpClock implements Command {
  readonly hours: number;
  constructor(hours: number) {
    this.hours = hours;
  }
  check = () => true;
  async run(model: Model): Promise<void> {
    model.clockHours += this.hours;
  }
  toString = () => `the clock jumps by ${this.hours} h`;
}

class Litter implements Command {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  check = (model: Readonly<Model>) => model.snapshots.size > 0 && !model.foreign.has(this.name);
  async run(model: Model, world: World): Promise<void> {
    mkdirSync(join(world.store, this.name));
    writeFileSync(join(world.store, this.name, "theirs"), this.name);
    model.foreign.set(this.name, this.name);
  }
  toString = () => `somebody puts ${JSON.stringify(this.name)} into the store`;
}

/** Another disk is in the place of this one: a run refuses it and leaves it as it is. */
class OtherDisk implements Command {
  check = (model: Readonly<Model>) => model.snapshots.size > 0;
  async run(model: Model, world: World): Promise<void> {
    swapDisks(world);
    const before = describeTree(world.store);
    const report = await runHere(jobOf(world), { now: nextInstant(model) });
    assert.equal(report.exitCode, 3, report.message);
    assert.equal(describeTree(world.store), before, "the other disk was written to");
    swapDisks(world);
    expectPromises(model, world);
  }
  toString = () => "another disk";
}

/** All that can happen to a store. */
export function anyCommands(): fc.Arbitrary<Iterable<Command>> {
  const crashes = [
    ["rename", 1],
    ["rename", 2],
    ["rename", 3],
    ["rename", 4],
    ["link", 1],
    ["unlink", 2],
    ["fsync", 2],
    ["fsync", 4],
    ["rmdir", 1],
  ] as const;
  return fc.commands(
    [
      fc.nat(60).map((kind) => new Change(kind)),
      fc.nat(60).map((kind) => new Change(kind)),
      fc.constant(new Run()),
      fc.constant(new Run()),
      fc.constant(new Run()),
      fc.constantFrom(...crashes).map((crash) => new Crash(crash)),
      fc.constant(new Rotate()),
      fc.nat(9).map((index) => new Pin(index)),
      fc.nat(9).map((index) => new Restore(index)),
      fc.constantFrom(-50, -2, 1, 30, 24 * 40).map((hours) => new JumpClock(hours)),
      fc.constantFrom("lost+found", "2026-01-01", "notes -rf", "2026-99-99T00-00-00Z").map((name) => new Litter(name)),
      fc.constant(new OtherDisk()),
    ],
    { maxCommands: 14 },
  );
}

function pick(model: Readonly<Model>, index: number): string {
  const names = [...model.snapshots.keys()].sort();
  return names[index % names.length] ?? "";
}

/** The folder that was restored into was there before, and keeps its own attributes. */
function withoutTop(description: string): Record<string, unknown> {
  const { "2e": _top, ...rest } = JSON.parse(description);
  return rest;
}
