import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "../../src/store/layout.ts";
import { listSnapshots } from "../../src/store/list.ts";
import { type Child, nextSecond, slowRsync, startBakup, until } from "../run/child.ts";
import { makePlace, type Place } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { makeTree } from "../store/make-tree.ts";
import { changeTree } from "./big-source.ts";
import { run, shell } from "./file-system.ts";
import { fingerprint } from "./fingerprint.ts";
import { isRunning, killAll, processTree } from "./processes.ts";

const ROUNDS = 12;

function start(place: Place, { env = {}, mirror = place.mirror }: { env?: NodeJS.ProcessEnv; mirror?: string } = {}) {
  const args = ["backup", "--disable-notifications", "--log-format", "human", place.source, mirror];
  return startBakup(args, { env });
}

function snapshotsIn(place: Place): string[] {
  if (!existsSync(place.store)) {
    return [];
  }
  const store = openStore(place.store);
  try {
    const { snapshots, strays } = listSnapshots(store);
    assert.deepEqual(strays, []);
    return snapshots.map(({ name }) => name);
  } finally {
    store.close();
  }
}

/** Every listed snapshot is whole: a new one is the source, an older one is what it was when it was new. */
function expectWhole(place: Place, prints: Map<string, string>): void {
  for (const name of snapshotsIn(place)) {
    const snapshot = join(place.store, name);
    const known = prints.get(name);
    if (known === undefined) {
      assert.deepEqual(compareTrees(place.source, snapshot), [], `${name} is not whole`);
      prints.set(name, fingerprint(snapshot));
    } else {
      assert.equal(fingerprint(snapshot), known, `${name} has changed`);
    }
  }
}

function makeSource(place: Place): void {
  mkdirSync(join(place.source, "tree"));
  makeTree(join(place.source, "tree"));
  shell(
    place.source,
    "mkdir -p many/{1..60}; for d in many/*; do for i in $(seq 25); do echo $d $i > $d/$i; done; done",
  );
}

function change(place: Place, round: number): void {
  changeTree(join(place.source, "tree"), round);
  shell(
    place.source,
    `cd many; for i in $(seq 25); do echo ${round} > ${1 + (round % 50)}/$i; done; chmod 6${round % 8}4 ${2 + (round % 50)}/*
     mkdir "new ${round}"; for i in $(seq 40); do head -c 20000 /dev/urandom > "new ${round}/$i"; done; rm -rf "new ${round - 2}"`,
  );
}

test(`after kill -9 at ${ROUNDS} random moments snapshots are whole, and the next run ends well at once`, async (t) => {
  const place = makePlace(t);
  makeSource(place);
  const prints = new Map<string, string>();
  let usualMs = 1500;
  for (let round = 1; round <= ROUNDS; round += 1) {
    change(place, round);
    await nextSecond();
    const killed = start(place);
    const delayMs = Math.round(Math.random() * usualMs * 1.1);
    await sleep(delayMs);
    const victims = round % 3 === 0 ? [killed.pid] : processTree(killed.pid);
    killAll(victims);
    await killed.ended;
    await t.test(
      `round ${round}: ${round % 3 === 0 ? "bakup alone" : "all its processes"} after ${delayMs} ms`,
      async () => {
        expectWhole(place, prints);
        await nextSecond();
        const started = Date.now();
        const { code, stderr } = await waitForOrphans(place);
        assert.equal(code, 0, stderr);
        usualMs = Date.now() - started;
        expectWhole(place, prints);
        const newest = join(place.store, snapshotsIn(place).at(-1) ?? "");
        assert.deepEqual(compareTrees(place.source, newest), []);
        assert.deepEqual(readdirSync(join(place.store, ".bakup/new")), []);
        assert.deepEqual(readdirSync(join(place.store, ".bakup/trash")), []);
      },
    );
  }
  assert.ok(prints.size >= ROUNDS);
});

/** A program that outlives a bakup which was killed alone keeps the lock until it has ended. */
async function waitForOrphans(place: Place): Promise<Awaited<Child["ended"]>> {
  for (let tries = 0; ; tries += 1) {
    const end = await start(place).ended;
    if (end.code !== 2 || tries === 20) {
      return end;
    }
    await sleep(200);
  }
}

/** A run that copies for some seconds, as a process of its own. */
async function startSlowRun(t: TestContext, place: Place): Promise<Child & { rsync: number }> {
  const { env, pidFile } = slowRsync(place.top);
  writeFileSync(join(place.source, "large"), Buffer.alloc(4_000_000, "x"));
  const child = start(place, { env });
  t.after(() => killAll(processTree(child.pid)));
  await until(() => existsSync(pidFile), { what: "the transfer" });
  const rsync = Number(readFileSync(pidFile, "utf8"));
  t.after(() => killAll(processTree(rsync)));
  return { ...child, rsync };
}

test("while rsync lives on after its bakup was killed, other runs are refused with code 2", async (t) => {
  const place = makePlace(t);
  const link = join(place.top, "link");
  symlinkSync(place.store, link);
  const child = await startSlowRun(t, place);
  killAll([child.pid]);
  await child.ended;
  assert.ok(isRunning(child.rsync));
  const second = await start(place).ended;
  assert.equal(second.code, 2, second.stderr);
  assert.match(second.stderr, /has ended, but a program that it started has not/);
  const byAnotherPath = await start(place, { mirror: join(link, "latest") }).ended;
  assert.equal(byAnotherPath.code, 2, byAnotherPath.stderr);
  const mount = join(place.top, "mount");
  mkdirSync(mount);
  run("mount", ["--bind", place.store, mount]);
  try {
    const byAnotherMount = await start(place, { mirror: join(mount, "latest") }).ended;
    assert.equal(byAnotherMount.code, 2, byAnotherMount.stderr);
  } finally {
    run("umount", [mount]);
  }
  assert.ok(isRunning(child.rsync), "the orphan ended before the runs that it had to keep out");
  killAll(processTree(child.rsync));
  await until(() => !isRunning(child.rsync));
  const next = await start(place).ended;
  assert.equal(next.code, 0, next.stderr);
  expectWhole(place, new Map());
});

test("of two runs at once one is refused with code 2 and says who works, whatever path leads to the store", async (t) => {
  const place = makePlace(t);
  const link = join(place.top, "link");
  symlinkSync(place.store, link);
  const child = await startSlowRun(t, place);
  for (const mirror of [place.mirror, join(link, "latest"), join(place.top, "source/../store/latest")]) {
    const second = await start(place, { mirror }).ended;
    assert.equal(second.code, 2, second.stderr);
    assert.match(second.stderr, new RegExp(`already running: .*\\b${child.pid}\\b`));
  }
  assert.equal(child.process.exitCode, null);
  child.process.kill("SIGTERM");
  assert.equal((await child.ended).code, 143);
  assert.equal((await start(place).ended).code, 0);
});

test("of eight runs that start together one works and seven are refused", async (t) => {
  const place = makePlace(t);
  makeSource(place);
  const ends = await Promise.all(Array.from({ length: 8 }, () => start(place).ended));
  const codes = ends.map(({ code }) => code);
  assert.ok(codes.includes(0), ends.map(({ stderr }) => stderr).join());
  assert.deepEqual(
    [...new Set(codes)].filter((code) => code !== 0 && code !== 4),
    [2],
  );
  expectWhole(place, new Map());
});
