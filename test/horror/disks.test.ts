import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { callMain } from "../cli/call-main.ts";
import { run, shell } from "../integration/file-system.ts";
import { fingerprint } from "../integration/fingerprint.ts";
import { PYTHON } from "../python.ts";
import { instant, makeJob, makePlace, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";

function mountDisk(path: string, options: string): () => void {
  mkdirSync(path, { recursive: true });
  run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
  return () => run("umount", [path]);
}

test("H1: the backup never goes into the mount point of a disk that is not there", async (t) => {
  const place = makePlace(t);
  const unmount = mountDisk(place.store, "size=16M");
  assert.equal((await runHere(makeJob(place), { now: instant(0) })).exitCode, 0);
  unmount();
  const report = await runHere(makeJob(place), { now: instant(1) });
  assert.equal(report.exitCode, 3, report.message);
  assert.deepEqual(readdirSync(place.store), []);
});

test("H1: another disk in its place gets nothing either", async (t) => {
  const place = makePlace(t);
  const unmount = mountDisk(place.store, "size=16M");
  assert.equal((await runHere(makeJob(place), { now: instant(0) })).exitCode, 0);
  unmount();
  const unmountOther = mountDisk(place.store, "size=16M");
  try {
    assert.equal((await runHere(makeJob(place), { now: instant(1) })).exitCode, 3);
    assert.deepEqual(readdirSync(place.store), []);
  } finally {
    unmountOther();
  }
});

test("H6: what a snapshot is made of is on the disk before it has its name", async (t) => {
  const place = makePlace(t);
  mkdirSync(place.store);
  const trace = join(place.top, "trace");
  const bakup = [process.execPath, "dist/bakup.cjs", "backup", "--disable-notifications", place.source, place.mirror];
  execFileSync("strace", ["-f", "-qq", "-o", trace, "-e", "trace=syncfs,fsync,rename,renameat,renameat2", ...bakup]);
  const calls = readFileSync(trace, "latin1").split("\n");
  const named = calls.findIndex((call) => /rename.*\.bakup\/new\/[\dTZ-]+", .*\/[\dTZ-]+"/.test(call));
  // A call during which another process was heard of has two lines.
  const synced = calls.findIndex((call) => /\bsyncfs(\(\d+| resumed>)\) += 0/.test(call));
  const recorded = calls.findIndex((call) => /rename.*Z\.json"/.test(call));
  assert.ok(synced >= 0 && synced < recorded && recorded < named, calls.join("\n"));
  assert.ok(
    calls.slice(named).some((call) => /\bfsync(\(\d+| resumed>)\) += 0/.test(call)),
    "the new name itself is synced",
  );
});

test("H8: on a full disk nothing half-made is left, old snapshots stay, and removing some is still possible", async (t) => {
  const place = makePlace(t);
  const unmount = mountDisk(place.store, "size=8M");
  try {
    const rotation = { scheme: { minutely: 2 }, relaxed: true, preferRecent: true, include: [], exclude: [] };
    for (const minute of [0, 1, 2]) {
      writeFileSync(join(place.source, "file"), Buffer.alloc(1_000_000, String(minute)));
      const kept = { ...rotation, scheme: { minutely: "always" as const } };
      assert.equal((await runHere(makeJob(place, { rotation: kept }), { now: instant(minute) })).exitCode, 0);
    }
    const names = readdirSync(place.store).filter((name) => name.startsWith("2026"));
    const prints = names.map((name) => fingerprint(join(place.store, name)));
    writeFileSync(join(place.source, "large"), Buffer.alloc(9_000_000, "x"));
    const full = await runHere(makeJob(place), { now: instant(3) });
    assert.equal(full.exitCode, 5);
    assert.match(full.message, /No space left|no space left/);
    assert.deepEqual(
      names.map((name) => fingerprint(join(place.store, name))),
      prints,
    );
    shell(place.store, "dd if=/dev/zero of=ballast bs=4k status=none || true");
    rmSync(join(place.source, "large"));
    const report = await runHere(
      makeJob(place, { rotation, actions: { backup: false, snapshot: false, rotate: true } }),
      { now: instant(9) },
    );
    assert.equal(report.exitCode, 0, report.message);
    assert.equal(report.removed.length, 1);
  } finally {
    unmount();
  }
});

test("H12: a restore deletes and overwrites nothing unless asked", async (t) => {
  const place = makePlace(t);
  await runHere(makeJob(place), { now: instant(0) });
  const to = join(place.top, "home");
  mkdirSync(to);
  writeFileSync(join(to, "file"), "mine, and newer");
  writeFileSync(join(to, "only here"), "precious");
  const { code } = await callMain("restore", "--store", place.store, "--to", to);
  assert.equal(code, 6);
  assert.equal(readFileSync(join(to, "file"), "utf8"), "mine, and newer");
  assert.equal(readFileSync(join(to, "only here"), "utf8"), "precious");
  assert.equal(
    (await callMain("restore", "--store", place.store, "--to", to, "--overwrite", "--delete")).code,
    64,
    "not without a yes",
  );
  assert.ok(existsSync(join(to, "only here")));
  assert.equal(
    (await callMain("restore", "--store", place.store, "--to", to, "--overwrite", "--delete", "--yes")).code,
    0,
  );
  const [kept = ""] = readdirSync(to).filter((name) => name.startsWith(".bakup-replaced-"));
  assert.equal(readFileSync(join(to, kept, "file"), "utf8"), "mine, and newer");
  assert.equal(readFileSync(join(to, kept, "only here"), "utf8"), "precious");
});

test("H20: a file with more links than the file system allows is in every snapshot all the same", async (t) => {
  const place = makePlace(t);
  const disk = join(place.top, "disk");
  run("truncate", ["--size", "64M", join(place.top, "image")]);
  run("mkfs.ext4", ["-q", "-N", "80000", join(place.top, "image")]);
  mkdirSync(disk);
  run("mount", ["-o", "loop", join(place.top, "image"), disk]);
  try {
    const store = { source: place.source, mirror: join(disk, "store/latest") };
    await runHere(makeJob(store), { now: instant(0) });
    mkdirSync(join(disk, "elsewhere"));
    const script = "import os, sys\nfor i in range(64998): os.link(sys.argv[1], f'{sys.argv[2]}/{i}')";
    run(PYTHON, ["-c", script, join(store.mirror, "file"), join(disk, "elsewhere")]);
    const report = await runHere(makeJob(store), { now: instant(1) });
    assert.equal(report.exitCode, 0, report.message);
    assert.deepEqual(compareTrees(place.source, join(disk, "store", report.snapshot ?? "")), []);
  } finally {
    run("umount", [disk]);
  }
});
