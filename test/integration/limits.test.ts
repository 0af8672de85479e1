import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Job } from "../../src/run/job.ts";
import { PYTHON } from "../python.ts";
import { instant, makeJob, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { makeFileSystem, run, shell } from "./file-system.ts";
import { fingerprint } from "./fingerprint.ts";

/** Of a file in the source: three trees of them are more than the 65,000 of ext4. */
const LINKS = 22_000;

function prepare(t: TestContext, options: Parameters<typeof makeFileSystem>[2]) {
  const disk = makeFileSystem(t, "ext4", options);
  const source = join(disk.top, "source");
  const store = join(disk.path, "store");
  mkdirSync(source);
  writeFileSync(join(source, "file"), "one\n");
  const backUp = (minute: number, changes: Partial<Job> = {}) =>
    runHere(makeJob({ source, mirror: join(store, "latest") }, changes), { now: instant(minute) });
  return { disk, source, store, backUp };
}

function snapshotsIn(store: string): string[] {
  return readdirSync(store).filter((name) => /^\d/.test(name));
}

/** Names, contents and attributes, but not which names are one inode. */
function differencesButLinks(source: string, copy: string): string {
  const what = ["-naAX", "--delete", "--itemize-changes", "--numeric-ids", "--checksum"];
  return run("rsync", [...what, `${source}/`, `${copy}/`]);
}

/** Makes this many more hard links of a file in a folder. */
function linkOften(file: string, folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const script = "import os, sys\nfor i in range(int(sys.argv[3])): os.link(sys.argv[1], f'{sys.argv[2]}/{i}')";
  run(PYTHON, ["-c", script, file, folder, String(count)]);
}

/** What a snapshot holds: how many files of which mode and size, and how many lines of which text. */
function lookAt(folder: string): string {
  return shell(
    folder,
    "find . -type f -printf '%m %s\\n' | sort | uniq -c; find . -type f -print0 | xargs -0 cat | sort | uniq -c",
  );
}

test("a file with so many links that ext4 cannot link it into every snapshot is copied, and no name is missing", async (t) => {
  const { disk, store } = prepare(t, { mebibytes: 1024, options: ["-N", "200000"] });
  const source = join(disk.path, "source");
  mkdirSync(source);
  writeFileSync(join(source, "original"), "popular\n");
  linkOften(join(source, "original"), join(source, "many"), LINKS);
  const looks = new Map<string, string>();
  for (const minute of [0, 1, 2]) {
    const report = await runHere(makeJob({ source, mirror: join(store, "latest") }), { now: instant(minute) });
    assert.equal(report.exitCode, 0, report.message);
    const name = report.snapshot ?? "";
    assert.equal(differencesButLinks(source, join(store, name)), "");
    for (const [older, look] of looks) {
      assert.equal(lookAt(join(store, older)), look);
    }
    looks.set(name, lookAt(join(store, name)));
    const { linkLimit } = JSON.parse(readFileSync(join(store, ".bakup", `${name}.json`), "utf8"));
    assert.equal(linkLimit, [undefined, 3 * (LINKS + 1) - 65_000, LINKS + 1][minute]);
    assert.equal(report.log.filter(({ kind }) => kind === "linkLimit").length, minute === 0 ? 0 : 1);
  }
});

const changesOfFullInode: [what: string, change: (source: string) => void][] = [
  ["gets one more link", (source) => linkSync(join(source, "a"), join(source, "new"))],
  ["gets another mode", (source) => chmodSync(join(source, "a"), 0o640)],
  ["gets other contents", (source) => writeFileSync(join(source, "a"), "other\n")],
  ["loses a link", (source) => rmSync(join(source, "b"))],
];

for (const [what, change] of changesOfFullInode) {
  test(`a file whose inode in the store can take no more links ${what}: the run goes on as always`, async (t) => {
    const { disk, source, store, backUp } = prepare(t, { mebibytes: 256, options: ["-N", "80000"] });
    writeFileSync(join(source, "a"), "popular\n");
    linkSync(join(source, "a"), join(source, "b"));
    assert.equal((await backUp(0)).exitCode, 0);
    linkOften(join(store, "latest/a"), join(disk.path, "elsewhere"), 65_000 - 4);
    const print = fingerprint(join(store, "2026-03-01T12-00-00Z"));
    change(source);
    const report = await backUp(1);
    assert.equal(report.exitCode, 0, report.message);
    assert.deepEqual(compareTrees(source, join(store, "latest")), []);
    assert.equal(differencesButLinks(source, join(store, report.snapshot ?? "")), "");
    assert.equal(fingerprint(join(store, "2026-03-01T12-00-00Z")), print);
  });
}

test("the manifest of a snapshot with copies is its own, also while that of the mirror takes long", async (t) => {
  const { disk, source, store, backUp } = prepare(t, { mebibytes: 256, options: ["-N", "80000"] });
  assert.equal((await backUp(0)).exitCode, 0);
  linkOften(join(store, "latest/file"), join(disk.path, "elsewhere"), 65_000 - 2);
  // Without blocks, but all of it is read to be hashed.
  run("truncate", ["--size", "2G", join(source, "large")]);
  const report = await backUp(1);
  assert.equal(report.exitCode, 0, report.message);
  assert.deepEqual(
    report.log.filter(({ kind }) => kind === "manifestFailed"),
    [],
  );
  const base = join(store, ".bakup", report.snapshot ?? "");
  const { linkLimit, manifest } = JSON.parse(readFileSync(`${base}.json`, "utf8"));
  assert.equal(linkLimit, 1);
  assert.equal(manifest.ofMirror, false);
  assert.equal(
    createHash("sha256")
      .update(readFileSync(`${base}.mtree.gz`))
      .digest("hex"),
    manifest.sha256,
  );
});

test("a disk that fills up during the transfer: code 5, old snapshots unchanged, and whole again after room is made", async (t) => {
  const { source, store, backUp } = prepare(t, { mebibytes: 32 });
  assert.equal((await backUp(0)).exitCode, 0);
  const print = fingerprint(join(store, "2026-03-01T12-00-00Z"));
  writeFileSync(join(source, "file"), "two\n");
  writeFileSync(join(source, "large"), Buffer.alloc(60_000_000, "x"));
  const full = await backUp(1);
  assert.equal(full.exitCode, 5);
  assert.match(full.message, /No space left on device/);
  assert.deepEqual(snapshotsIn(store), ["2026-03-01T12-00-00Z"]);
  assert.equal(fingerprint(join(store, "2026-03-01T12-00-00Z")), print);
  rmSync(join(source, "large"));
  await expectComplete({ source, store, backUp }, 2);
  assert.equal(fingerprint(join(store, "2026-03-01T12-00-00Z")), print);
});

test("a disk that fills up during the snapshot: code 5, no half snapshot, and whole again after room is made", async (t) => {
  const { disk, source, store, backUp } = prepare(t, { mebibytes: 32, options: ["-N", "4096", "-m", "0"] });
  shell(source, `mkdir -p {1..300}`);
  assert.equal((await backUp(0)).exitCode, 0);
  const print = fingerprint(join(store, "2026-03-01T12-00-00Z"));
  shell(disk.path, "fallocate -l $(( ($(stat -f -c %a .) - 40) * $(stat -f -c %S .) )) ballast");
  writeFileSync(join(source, "file"), "two\n");
  const full = await backUp(1);
  assert.equal(full.exitCode, 5);
  assert.match(full.message, /in the new snapshot: ENOSPC/);
  assert.deepEqual(snapshotsIn(store), ["2026-03-01T12-00-00Z"]);
  assert.equal(fingerprint(join(store, "2026-03-01T12-00-00Z")), print);
  rmSync(join(disk.path, "ballast"));
  await expectComplete({ source, store, backUp }, 2);
});

test("a disk without inodes left: code 5 that says so, no half snapshot, and whole again after room is made", async (t) => {
  const { disk, source, store, backUp } = prepare(t, { mebibytes: 64, options: ["-N", "1024"] });
  shell(source, `mkdir -p {1..200}`);
  assert.equal((await backUp(0)).exitCode, 0);
  const print = fingerprint(join(store, "2026-03-01T12-00-00Z"));
  const ballast = join(disk.path, "ballast");
  mkdirSync(ballast);
  shell(ballast, `for i in $(seq $(( $(stat -f -c %d .) - 60 ))); do : > $i; done`);
  writeFileSync(join(source, "file"), "two\n");
  const full = await backUp(1);
  assert.equal(full.exitCode, 5);
  assert.match(full.message, /ENOSPC|No space left on device/);
  assert.match(String(full.error instanceof Error && "hint" in full.error && full.error.hint), /inodes/);
  assert.deepEqual(snapshotsIn(store), ["2026-03-01T12-00-00Z"]);
  assert.equal(fingerprint(join(store, "2026-03-01T12-00-00Z")), print);
  rmSync(ballast, { recursive: true });
  await expectComplete({ source, store, backUp }, 2);
});

test("a disk without any room at all: code 5 with a clear message, and whole again after room is made", async (t) => {
  const { disk, source, store, backUp } = prepare(t, { mebibytes: 32 });
  assert.equal((await backUp(0)).exitCode, 0);
  shell(
    disk.path,
    "cat /dev/zero > ballast 2> /dev/null || true; mkdir small; i=0; while : > small/$i; do i=$((i+1)); done 2> /dev/null || true",
  );
  // More than what the store keeps in reserve.
  writeFileSync(join(source, "file"), Buffer.alloc(2_000_000, "two"));
  const full = await backUp(1);
  assert.equal(full.exitCode, 5, full.message);
  assert.match(full.message, /ENOSPC|No space left|disk is full/i);
  assert.deepEqual(snapshotsIn(store), ["2026-03-01T12-00-00Z"]);
  shell(disk.path, "rm -r ballast small");
  await expectComplete({ source, store, backUp }, 2);
});

async function expectComplete(
  { source, store, backUp }: Pick<ReturnType<typeof prepare>, "source" | "store" | "backUp">,
  minute: number,
): Promise<void> {
  const report = await backUp(minute);
  assert.equal(report.exitCode, 0, report.message);
  assert.deepEqual(compareTrees(source, join(store, report.snapshot ?? "")), []);
  assert.deepEqual(readdirSync(join(store, ".bakup/new")), []);
  assert.deepEqual(readdirSync(join(store, ".bakup/trash")), []);
}

test("a store that is mounted read-only: code 5 with a clear message", async (t) => {
  const { disk, source, store, backUp } = prepare(t, { mebibytes: 32 });
  assert.equal((await backUp(0)).exitCode, 0);
  disk.unmount();
  disk.mount("ro");
  writeFileSync(join(source, "file"), "two\n");
  const report = await backUp(1);
  assert.equal(report.exitCode, 5);
  assert.match(report.message, /read-only|EROFS/);
  assert.deepEqual(snapshotsIn(store), ["2026-03-01T12-00-00Z"]);
  disk.unmount();
  disk.mount();
  await expectComplete({ source, store, backUp }, 2);
});

test("another store in the place of ours: code 3, and nothing is written to it", async (t) => {
  const { disk, store, backUp } = prepare(t, { mebibytes: 32 });
  const ours = join(disk.path, "ours");
  assert.equal((await backUp(0)).exitCode, 0);
  renameSync(store, ours);
  const state = process.env.STATE_DIRECTORY;
  process.env.STATE_DIRECTORY = join(disk.top, "another machine");
  assert.equal((await backUp(1)).exitCode, 0);
  process.env.STATE_DIRECTORY = state;
  const before = listing(store);
  const report = await backUp(2);
  assert.equal(report.exitCode, 3);
  assert.match(report.message, /is another store than before/);
  assert.deepEqual(listing(store), before);
  rmSync(store, { recursive: true });
  renameSync(ours, store);
  assert.equal((await backUp(3)).exitCode, 0);
});

test("an ordinary folder in the place of the store: code 3, and nothing is written to it", async (t) => {
  const { store, backUp } = prepare(t, { mebibytes: 32 });
  assert.equal((await backUp(0)).exitCode, 0);
  rmSync(store, { recursive: true });
  mkdirSync(store);
  const report = await backUp(1);
  assert.equal(report.exitCode, 3);
  assert.match(report.message, /has been a store of bakup, and is none now/);
  assert.deepEqual(readdirSync(store), []);
});

for (const [where, inside] of [
  ["below its mount point", "store"],
  ["at its mount point", "."],
] as const) {
  test(`a store ${where} whose disk is not mounted: code 3, nothing is written below, and all is well when it is back`, async (t) => {
    const { disk, source } = prepare(t, { mebibytes: 32 });
    const store = join(disk.path, inside);
    const backUp = (minute: number) =>
      runHere(makeJob({ source, mirror: join(store, "latest") }), { now: instant(minute) });
    assert.equal((await backUp(0)).exitCode, 0);
    disk.unmount();
    for (const minute of [1, 2]) {
      const report = await backUp(minute);
      assert.equal(report.exitCode, 3);
      assert.match(report.message, /is gone|is none now/);
      assert.deepEqual(readdirSync(disk.path), []);
    }
    disk.mount();
    await expectComplete({ source, store, backUp }, 3);
  });
}

test("a store whose disk goes away during the run is not written below its mount point", async (t) => {
  const { disk, source, store, backUp } = prepare(t, { mebibytes: 32 });
  assert.equal((await backUp(0)).exitCode, 0);
  writeFileSync(join(source, "file"), "two\n");
  const onStep = (step: string) => {
    if (step === "transfer") {
      run("umount", ["--lazy", disk.path]);
    }
  };
  const job = makeJob({ source, mirror: join(store, "latest") });
  await runHere(job, { now: instant(1), observer: { onStep } });
  assert.deepEqual(readdirSync(disk.path), []);
  disk.mount();
  await expectComplete({ source, store, backUp }, 2);
});

/** Everything below a folder with all its times. */
function listing(folder: string): string {
  return shell(folder, "find . -printf '%p %i %m %s %T@ %C@\\n' | sort");
}
