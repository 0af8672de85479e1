import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { callMain } from "../cli/call-main.ts";
import { runHere } from "../run/make-job.ts";
import { expectTaken } from "./actions.ts";
import { expectPromises, forgetRemoved, jobOf, pick } from "./promises.ts";
import { type Action, describeTree, type Model, nextInstant, snapshotsIn, type World } from "./world.ts";

const hasSnapshots = (model: Readonly<Model>) => model.snapshots.size > 0;

/** A file of one snapshot rots: other contents of the same size, and all else as it was. */
export function spoil(index: number, file: number): Action {
  return {
    can: hasSnapshots,
    perform: async (model, world) => {
      const sealed = [...model.snapshots.keys()].filter((name) => !model.spoiled.has(name) && isSealed(world, name));
      const name = pick(sealed, index);
      const path = pick(filesOf(model.snapshots.get(name ?? "") ?? "{}"), file);
      if (name !== undefined && path !== undefined) {
        rot(join(world.store, name, path));
        model.spoiled.add(name);
      }
    },
  };
}

/** Damage can be told only from what a manifest says. */
function isSealed(world: World, name: string): boolean {
  const record = join(world.store, ".bakup", `${name}.json`);
  return existsSync(record) && JSON.parse(readFileSync(record, "utf8")).manifest !== undefined;
}

interface Described {
  content?: string;
  xattrs: unknown;
}

function entriesOf(description: string): Map<string, Described> {
  const entries = Object.entries(JSON.parse(description) as Record<string, Described>);
  return new Map(entries.map(([name, seen]) => [Buffer.from(name, "hex").toString(), seen]));
}

/** Files that can have other contents. */
function filesOf(description: string): string[] {
  const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  return [...entriesOf(description)].flatMap(([path, { content = EMPTY }]) => (content === EMPTY ? [] : [path]));
}

/** As an inode of its own, so that it is this snapshot alone. */
function rot(file: string): void {
  const script = `touch -r "$2" "$3"; cp -a "$1" "$1.rot"; tr '\\000-\\377' '\\001-\\377\\000' <"$1" >"$1.rot"
    touch -r "$1" "$1.rot"; mv -f "$1.rot" "$1"; touch -r "$3" "$2"; rm "$3"`;
  execFileSync("sh", ["-ec", script, "sh", file, dirname(file), `${dirname(file)}.time`]);
}

/** Finds all that is spoiled, and nothing else. */
export function verify(): Action {
  return {
    can: hasSnapshots,
    perform: async (model, world) => {
      const { code, stdout } = await callMain("verify", "--store", world.store);
      assert.equal(code, model.spoiled.size > 0 ? 7 : 0, stdout);
      model.damaged = new Set(model.spoiled);
      await expectStates(model, world);
      expectPromises(model, world);
    },
  };
}

async function expectStates(model: Model, world: World): Promise<void> {
  const { stdout } = await callMain("list", "--store", world.store, "--json");
  const listed: { name: string; state: string }[] = JSON.parse(stdout).snapshots;
  const damaged = listed.filter(({ state }) => state === "damaged").map(({ name }) => name);
  assert.deepEqual(damaged.sort(), [...model.damaged].sort());
}

/** Heals all of which there is a good copy, and makes nothing worse. */
export function repair(): Action {
  return {
    can: hasSnapshots,
    perform: async (model, world) => {
      const curable = [...model.damaged].filter((name) => isCurable(model, world, name));
      const { code, stdout, stderr } = await callMain("repair", "--store", world.store, "--yes");
      const healed = [...model.damaged].filter((name) => isAsItWas(model, world, name));
      assert.deepEqual(
        curable.filter((name) => !healed.includes(name)),
        [],
        `${stdout}${stderr}`,
      );
      for (const name of healed) {
        model.damaged.delete(name);
        model.spoiled.delete(name);
      }
      assert.equal(code, model.damaged.size > 0 ? 7 : 0, stdout);
      await expectStates(model, world);
      expectPromises(model, world);
    },
  };
}

function isAsItWas(model: Model, world: World, name: string): boolean {
  return describeTree(join(world.store, name)) === model.snapshots.get(name);
}

/** Whether another file in the store has what each spoiled file of a snapshot should have, attributes that only it has. */
function isCurable(model: Model, world: World, name: string): boolean {
  const present = entriesOf(describeTree(join(world.store, name)));
  const wanted = [...entriesOf(model.snapshots.get(name) ?? "{}")].filter(
    ([path, { content }]) => content !== present.get(path)?.content,
  );
  const good = [...model.snapshots.keys()].filter((each) => !model.spoiled.has(each) && isSealed(world, each));
  const donors = good.flatMap((each) => [...entriesOf(model.snapshots.get(each) ?? "{}").values()]);
  return wanted.every(([, { content, xattrs }]) =>
    donors.some((donor) => donor.content === content && JSON.stringify(donor.xattrs) === JSON.stringify(xattrs)),
  );
}

/** A snapshot of rsync-system-backup, of the source as it is now, is taken over from beside the store. */
export function adopt(): Action {
  return {
    can: hasSnapshots,
    perform: async (model, world) => {
      model.adopted += 1;
      const folder = join(world.top, `2025-11-01 10:00:${String(model.adopted).padStart(2, "0")}`);
      execFileSync("cp", ["-a", world.source, folder]);
      const description = describeTree(folder);
      const { code, stderr } = await callMain("adopt", "--store", world.store, folder);
      assert.equal(code, 0, stderr);
      const added = snapshotsIn(world).filter((name) => !model.snapshots.has(name));
      assert.equal(added.length, 1, added.join());
      assert.ok(!existsSync(folder));
      model.snapshots.set(added[0] ?? "", description);
      expectPromises(model, world);
    },
  };
}

/** A run that would delete most of the source is refused, and passes when somebody has accepted that. */
export function disaster(): Action {
  return {
    can: hasSnapshots,
    perform: async (model, world) => {
      const precious = join(world.source, "precious");
      mkdirSync(precious, { recursive: true });
      for (let index = 0; index < 60; index += 1) {
        writeFileSync(join(precious, `photo ${index}`), `${index}`);
      }
      const filled = await runHere(jobOf(world), { now: nextInstant(model) });
      expectTaken(model, world, filled.snapshot);
      rmSync(precious, { recursive: true });
      const before = describeTree(world.mirror);
      const refused = await runHere(jobOf(world, 10), { now: nextInstant(model) });
      assert.equal(refused.exitCode, 5, refused.message);
      assert.equal(describeTree(world.mirror), before);
      forgetRemoved(model, world);
      expectPromises(model, world);
      const { code, stderr } = await callMain("accept", "--store", world.store);
      assert.equal(code, 0, stderr);
      const passed = await runHere(jobOf(world, 10), { now: nextInstant(model) });
      assert.equal(passed.exitCode, 0, passed.message);
      expectTaken(model, world, passed.snapshot);
    },
  };
}
