import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AlreadyRunningError, StoreError } from "../../src/errors/errors.ts";
import { thisProcess } from "../../src/lock/machine.ts";
import { acquireStoreLock } from "../../src/lock/store-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "bakup-store-lock-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let stores = 0;

/** A store as a run left it: a marker, the age of its lock in seconds, and perhaps a file inside the lock. */
function store(
  left: { marker?: object | string; age?: number; litter?: boolean; prepared?: Record<string, object | string> } = {},
): string {
  stores += 1;
  const directory = join(folder, String(stores));
  mkdirSync(directory);
  if (left.age !== undefined) {
    const lock = join(directory, "run.lock");
    mkdirSync(lock);
    if (left.litter) {
      writeFileSync(join(lock, "litter"), "");
    }
    const renewed = Date.now() / 1000 - left.age;
    utimesSync(lock, renewed, renewed);
  }
  if (left.marker !== undefined) {
    writeFileSync(
      join(directory, "run.json"),
      typeof left.marker === "string" ? left.marker : JSON.stringify(left.marker),
    );
  }
  for (const [host, marker] of Object.entries(left.prepared ?? {})) {
    writeFileSync(
      join(directory, `run.json.${host}.new`),
      typeof marker === "string" ? marker : JSON.stringify(marker),
    );
  }
  return directory;
}

const here = { ...thisProcess(), since: "2026-11-22T02:00:13.000Z" };
const elsewhere = { ...here, host: "attic", machineId: "f".repeat(32), bootId: "other", pid: 77 };
const dead = { ...here, pid: 2 ** 22 + 1 };
const reused = { ...here, ticks: "1" };
const DAY = 86_400;

const free: [name: string, left: Parameters<typeof store>[0]][] = [
  ["nobody uses", {}],
  ["a killed run of this machine left", { marker: dead, age: 5 }],
  ["a killed run whose process id was given away again left", { marker: reused, age: 5 }],
  ["a run before this boot left", { marker: { ...here, bootId: "earlier" }, age: 5 }],
  ["another machine left more than an hour ago", { marker: elsewhere, age: 3700 }],
  ["has no marker and an old lock", { age: 3700 }],
  ["has a damaged marker and an old lock", { marker: "{", age: 3700 }],
  ["has a marker without a lock", { marker: elsewhere }],
  ["has litter inside a dead lock", { marker: dead, age: 5, litter: true }],
  ["another machine left with litter inside its lock", { marker: elsewhere, age: 3700, litter: true }],
  ["a run left that was killed before it named itself", { age: 5, prepared: { [here.host]: dead } }],
  ["has a dead lock from the future", { marker: dead, age: -DAY }],
  ["another machine left with a lock from the future", { marker: elsewhere, age: -DAY }],
];

for (const [name, left] of free) {
  test(`a store that ${name} can be locked`, async () => {
    const directory = store(left);
    const lock = await acquireStoreLock(directory);
    const { since, ...marker } = JSON.parse(readFileSync(join(directory, "run.json"), "utf8"));
    assert.deepEqual(marker, thisProcess());
    assert.ok(Math.abs(Date.parse(since) - Date.now()) < 5000);
    assert.ok(existsSync(join(directory, "run.lock")));
    await lock.release();
    assert.deepEqual(readdirSync(directory), []);
  });
}

const held: [name: string, left: Parameters<typeof store>[0], message: RegExp, hint: RegExp][] = [
  [
    "another machine uses",
    { marker: elsewhere, age: 50 },
    /the machine attic uses the store .*process 77, since 2026/,
    /attic has crashed/,
  ],
  ["another machine with a fast clock uses", { marker: elsewhere, age: -600 }, /the machine attic/, /attic/],
  ["a cloned machine uses", { marker: { ...here, host: "clone" }, age: 50 }, /the machine clone/, /clone/],
  ["a process of this machine under another guard uses", { marker: here, age: 50 }, /this machine uses/, /kill \d+/],
  [
    "another machine has just locked, while an old marker of ours lies there",
    { age: 1, prepared: { [here.host]: dead, attic: elsewhere } },
    /an unknown machine/,
    /remove/,
  ],
  ["has a damaged new marker", { age: 1, prepared: { [here.host]: "{" } }, /an unknown machine/, /remove/],
  ["an unknown machine uses", { age: 50 }, /an unknown machine/, /remove .*run\.lock/],
];

for (const [name, left, message, hint] of held) {
  test(`a store that ${name} is refused, and left as it is`, async () => {
    const directory = store(left);
    const before = readdirSync(directory);
    await assert.rejects(acquireStoreLock(directory), (error: unknown) => {
      assert.ok(error instanceof AlreadyRunningError);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      return true;
    });
    assert.deepEqual(readdirSync(directory), before);
  });
}

test("a store can be locked by a path through a descriptor", async () => {
  const directory = store();
  const fd = openSync(folder, "r");
  const lock = await acquireStoreLock(`/proc/self/fd/${fd}/${stores}`);
  assert.deepEqual(readdirSync(directory).sort(), ["run.json", "run.lock"]);
  await lock.release();
  closeSync(fd);
  assert.deepEqual(readdirSync(directory), []);
});

test("release leaves the lock of a machine that took it over, and forgives litter in our own", async () => {
  const directory = store();
  const taken = await acquireStoreLock(directory);
  writeFileSync(join(directory, "run.lock", "litter"), "");
  writeFileSync(join(directory, "run.json"), JSON.stringify(elsewhere));
  await taken.release();
  assert.deepEqual(readdirSync(directory).sort(), ["run.json", "run.lock"]);

  const ours = store();
  const lock = await acquireStoreLock(ours);
  writeFileSync(join(ours, "run.lock", "litter"), "");
  await lock.release();
  assert.deepEqual(readdirSync(ours), []);
});

test("a lock that cannot be given its holder's name is given back", async () => {
  const directory = store();
  mkdirSync(join(directory, "run.json"));
  await assert.rejects(acquireStoreLock(directory), { name: "StoreError", message: /cannot lock the store/ });
  assert.deepEqual(readdirSync(directory), ["run.json"]);
});

test("a store that is not there is a clear error", async () => {
  await assert.rejects(acquireStoreLock(join(folder, "nowhere")), (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.match(error.message, /cannot lock the store .*nowhere/);
    return true;
  });
});

test("a read-only store is a clear error", { skip: !canMount() && "mounting is not permitted here" }, async () => {
  const directory = store({ marker: dead, age: 5 });
  execFileSync("mount", ["--bind", directory, directory]);
  try {
    execFileSync("mount", ["-o", "remount,bind,ro", directory]);
    await assert.rejects(acquireStoreLock(directory), (error: unknown) => {
      assert.ok(error instanceof StoreError);
      assert.match(error.message, /its file system is read-only/);
      assert.match(error.hint ?? "", /may be written/);
      return true;
    });
  } finally {
    execFileSync("umount", [directory]);
  }
});

function canMount(): boolean {
  try {
    const probe = mkdtempSync(join(folder, "probe-"));
    execFileSync("mount", ["--bind", probe, probe], { stdio: "ignore" });
    execFileSync("umount", [probe], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
