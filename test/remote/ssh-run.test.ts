import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Job } from "../../src/run/job.ts";
import { makeFileSystem, shell } from "../integration/file-system.ts";
import { fingerprint } from "../integration/fingerprint.ts";
import { BAKUP, startBakup } from "../run/child.ts";
import { instant, makePlace, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { makeTree } from "../store/make-tree.ts";
import { type FarHost, sshJob, startFarHost } from "./far-host.ts";

/** Files that only the attributes change of, new content, links that come and go, deletions, a folder for a file. */
const CHANGES = [
  `chmod 0604 xattr; chown 7:8 acl; setfattr -n user.note -v other xattr; setfacl -m u:99:r acl; chmod 640 linked-1
   rm -r 'names/two
lines.d' deep/er; echo more >>zero; mkdir new; ln linked-1 new/linked-4; mv setuid 'new/set uid'; chmod 700 sticky
   ln -s nowhere known`,
  `rm -r new; mkdir zero.d; rm zero; mkdir zero; echo x >zero/in; ln -P known zero/known; ln -s x zero/a; ln -P zero/a zero/b; rm linked-3; chmod 600 read-only; touch names; chown -h 5:5 dangling`,
];

function storeOf({ store }: { store: string }): string[] {
  return readdirSync(store).filter((name) => /^\d/.test(name));
}

function withBakup({ bin }: FarHost): void {
  const words = BAKUP.map((word) => `'${word}'`).join(" ");
  writeFileSync(join(bin, "bakup"), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
}

async function prepare(t: TestContext, changes: Partial<Job> & { directory?: string } = {}) {
  const place = makePlace(t);
  const host = await startFarHost(t, place.top);
  return { place, host, job: sshJob(place, host, changes) };
}

for (const there of ["plain tools", "bakup"] as const) {
  test(`three runs with changes, by ${there} on the other machine: every snapshot stays what it was`, async (t) => {
    const { place, host, job } = await prepare(t, {
      rotation: { scheme: { minutely: 2 }, relaxed: false, preferRecent: false, include: [], exclude: [] },
    });
    if (there === "bakup") {
      withBakup(host);
    }
    makeTree(place.source);
    const prints = new Map<string, string>();
    for (const [minute, change] of [undefined, ...CHANGES].entries()) {
      if (change !== undefined) {
        shell(place.source, change);
      }
      const report = await runHere(job, { now: instant(minute) });
      assert.equal(report.exitCode, 0, report.message);
      const snapshot = join(place.store, report.snapshot ?? "");
      assert.deepEqual(compareTrees(place.source, snapshot), []);
      prints.set(snapshot, fingerprint(snapshot));
      assert.equal(report.record?.host !== undefined && report.record.profile, "laptop");
      assert.equal(report.record?.source, place.source);
      const byBakup = report.log.some(({ kind }) => kind === "programOutput");
      assert.equal(byBakup, there === "bakup");
      for (const [path, print] of prints) {
        assert.equal(existsSync(path) ? fingerprint(path) : print, print, `${path} has changed`);
      }
    }
    const names = storeOf(place);
    assert.deepEqual(names, ["2026-03-01T12-01-00Z", "2026-03-01T12-02-00Z"]);
    assert.deepEqual(readdirSync(join(place.store, ".bakup/trash")), []);
    assert.deepEqual(readdirSync(join(place.store, ".bakup/new")), []);
    assert.ok(!existsSync(join(place.store, ".bakup/run.lock")));

    const target = join(place.top, "restored");
    mkdirSync(target);
    const restore = startBakup(["restore", "--store", place.store, "--snapshot", names[1] ?? "", "--to", target], {});
    const { code, stderr } = await restore.ended;
    assert.equal(code, 0, stderr);
    const differences = compareTrees(place.source, target).filter((line) => !line.startsWith("mtime b'.' "));
    assert.deepEqual(differences, []);
  });
}

for (const [type, backend] of [
  ["btrfs", "btrfs"],
  ["xfs", "reflink"],
] as const) {
  test(`snapshots on ${type} there are made as ${backend} by plain tools as well`, async (t) => {
    const disk = makeFileSystem(t, type, { mebibytes: 400 });
    const place = makePlace(t);
    const host = await startFarHost(t, place.top);
    const store = join(disk.path, "store");
    const rotation = {
      scheme: { minutely: 1 },
      relaxed: false,
      preferRecent: false,
      include: [],
      exclude: [],
    } as const;
    const job = sshJob({ ...place, mirror: join(store, "latest") }, host, { rotation });
    makeTree(place.source);
    for (const [minute, change] of ["", CHANGES[0] ?? ""].entries()) {
      shell(place.source, change);
      const report = await runHere(job, { now: instant(minute) });
      assert.equal(report.exitCode, 0, report.message);
      assert.equal(report.record?.backend, backend);
      assert.deepEqual(compareTrees(place.source, join(store, report.snapshot ?? "")), []);
      assert.deepEqual(storeOf({ store }), [report.snapshot]);
    }
    assert.deepEqual(readdirSync(join(store, ".bakup/trash")), []);
  });
}

test("a run of bakup on that machine goes on with the store, and the other way round", async (t) => {
  const { place, job } = await prepare(t);
  await runHere(job, { now: instant(0) });
  const { reach: _, ...rest } = job;
  const local = await runHere(
    { ...rest, destination: { kind: "local", directory: place.mirror }, location: place.mirror },
    { now: instant(1) },
  );
  assert.equal(local.exitCode, 0, local.message);
  const again = await runHere(job, { now: instant(2) });
  assert.equal(again.exitCode, 0, again.message);
  assert.equal(again.transferred?.unchanged, true);
  assert.equal(storeOf(place).length, 3);
});

test("nothing changed: no snapshot where the profile says so", async (t) => {
  const { place, job } = await prepare(t, { skipUnchanged: true });
  await runHere(job, { now: instant(0) });
  const second = await runHere(job, { now: instant(1) });
  assert.equal(second.exitCode, 0, second.message);
  assert.equal(second.snapshot, undefined);
  assert.equal(storeOf(place).length, 1);
});

test("a dry run changes nothing there, with a store and without one", async (t) => {
  const { place, job } = await prepare(t, { dryRun: true });
  const first = await runHere(job, { now: instant(0) });
  assert.equal(first.exitCode, 0, first.message);
  assert.equal(first.plan?.changes.created, 3);
  assert.ok(!existsSync(place.store));
  await runHere({ ...job, dryRun: false }, { now: instant(0) });
  writeFileSync(join(place.source, "file"), "changed");
  const before = fingerprint(place.store);
  const second = await runHere(job, { now: instant(1) });
  assert.equal(second.plan?.changes.changed, 1);
  assert.equal(second.plan?.changes.bytes, 7);
  assert.equal(fingerprint(place.store), before);
});

test("snapshot and rotation alone", async (t) => {
  const { place, job } = await prepare(t);
  await runHere({ ...job, actions: { backup: true, snapshot: false, rotate: false } }, { now: instant(0) });
  assert.deepEqual(storeOf(place), []);
  const only = { ...job, actions: { backup: false, snapshot: true, rotate: false } };
  const taken = await runHere(only, { now: instant(1) });
  assert.equal(taken.record?.state, "complete", taken.message);
  assert.equal(taken.record?.entries, 4);
  const twice = await runHere(only, { now: instant(1) });
  assert.equal(twice.exitCode, 4);
  await runHere(only, { now: instant(2) });
  const rotation = { ...job.rotation, scheme: { minutely: 1 } };
  const rotated = await runHere(
    { ...job, rotation, actions: { backup: false, snapshot: false, rotate: true } },
    { now: instant(3) },
  );
  assert.deepEqual(rotated.removed, ["2026-03-01T12-01-00Z"], rotated.message);
});

test("the guard refuses a disaster before anything is touched there", async (t) => {
  const { place, job } = await prepare(t);
  await runHere(job, { now: instant(0) });
  rmSync(join(place.source, "folder"), { recursive: true });
  rmSync(join(place.source, "file"));
  writeFileSync(join(place.source, "ransom-note"), "pay");
  const report = await runHere(job, { now: instant(1) });
  assert.equal(report.exitCode, 5);
  assert.match(report.message, /every one of the mirror's 3 entries would be deleted/);
  assert.equal(readFileSync(join(place.mirror, "file"), "utf8"), "one\n");
  assert.match(readFileSync(join(place.store, ".bakup/refused.json"), "utf8"), /would be deleted/);
});

test("names that a shell would like to run are only names", async (t) => {
  const awkward = `it's "$(touch PWNED)" ;\`touch PWNED\` \\ -rf`;
  const place = makePlace(t);
  const host = await startFarHost(t, place.top);
  const folder = join(place.top, awkward);
  mkdirSync(folder);
  const mirror = join(folder, "store $(touch PWNED)", "-n 'latest'");
  const store = join(folder, "store $(touch PWNED)");
  const job = sshJob(place, host, { directory: mirror });
  for (const name of [awkward.replaceAll("/", ""), "$(touch PWNED)", "-delete", "a\nb", "*", "\\#012"]) {
    mkdirSync(join(place.source, name));
    writeFileSync(join(place.source, name, name), name);
  }
  const first = await runHere(job, { now: instant(0) });
  assert.equal(first.exitCode, 0, first.message);
  shell(place.source, "chmod 600 ./*/*; rm -rf ./-delete");
  const second = await runHere(job, { now: instant(1) });
  assert.equal(second.exitCode, 0, second.message);
  assert.deepEqual(compareTrees(place.source, join(store, second.snapshot ?? "")), []);
  const pwned = shell(place.top, "find / -xdev -name PWNED 2>/dev/null || true");
  assert.equal(pwned, "");
});

test("a relative location begins in the home folder, and needs a folder above it", async (t) => {
  const { job } = await prepare(t);
  for (const directory of ["", "/", "~", "..", "a/.."]) {
    const destination = { kind: "ssh", username: null, hostname: "127.0.0.1", directory } as const;
    const report = await runHere({ ...job, destination });
    assert.equal(report.exitCode, 5);
    assert.match(report.message, /no parent folder/);
  }
});

test("a store that was known and is gone, or another one in its place, is refused", async (t) => {
  const { place, job } = await prepare(t);
  await runHere(job, { now: instant(0) });
  rmSync(join(place.store, ".bakup"), { recursive: true });
  const gone = await runHere(job, { now: instant(1) });
  assert.equal(gone.exitCode, 3);
  assert.match(gone.message, /has been a store of bakup, and is none now/);
  rmSync(place.store, { recursive: true });
  const absent = await runHere(job, { now: instant(1) });
  assert.equal(absent.exitCode, 3);
  assert.ok(!existsSync(place.store));
});

test("a folder that is not writable for its owner is emptied all the same", async (t) => {
  const { place, job } = await prepare(t);
  chmodSync(join(place.source, "folder"), 0o555);
  await runHere(job, { now: instant(0) });
  chmodSync(join(place.source, "folder"), 0o755);
  rmSync(join(place.source, "folder/other"));
  chmodSync(join(place.source, "folder"), 0o555);
  const report = await runHere(job, { now: instant(1) });
  assert.equal(report.exitCode, 0, report.message);
  assert.deepEqual(compareTrees(place.source, join(place.store, report.snapshot ?? "")), []);
});
