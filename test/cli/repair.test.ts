import assert from "node:assert/strict";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makePlace, type Place } from "./place.ts";

const FIRST = "2026-11-20T02-00-00Z";
const SECOND = "2026-11-21T02-00-00Z";
const GOOD = "the only copy";

/** Two snapshots and the mirror share the photo's inode; each has an album that holds the same as an inode of its own. */
async function twoNights(t: TestContext): Promise<Place> {
  const place = makePlace(t);
  place.write("photos/one", GOOD);
  place.write("album/copy", GOOD);
  place.write("photos/two", "another");
  utimesSync(join(place.source, "photos/one"), 1_000_000_000, 1_000_000_000);
  await place.backUp("2026-11-20T02:00:00Z");
  place.write("notes", "new");
  await place.backUp("2026-11-21T02:00:00Z");
  return place;
}

function rot(file: string): void {
  writeFileSync(file, GOOD.replace("only", "oily"));
  utimesSync(file, 1_000_000_000, 1_000_000_000);
}

const inSnapshot = (place: Place, name: string, path = "photos/one") => join(place.store, name, path);

test("a damaged file is healed under all its names from another file with the same contents, after a plan", async (t) => {
  const place = await twoNights(t);
  const folderTime = statSync(inSnapshot(place, FIRST, "photos")).mtimeMs;
  const bad = lstatSync(inSnapshot(place, FIRST)).ino;
  rot(inSnapshot(place, FIRST));
  assert.equal((await place.bakup("verify")).code, 7);
  const { code, stdout } = await place.bakup("repair", "--dry-run");
  assert.equal(code, 7);
  assert.match(stdout, new RegExp(`heal {2}photos/one in ${FIRST}, ${SECOND}, mirror: from album/copy in ${SECOND}\n`));
  assert.match(readFileSync(inSnapshot(place, FIRST), "utf8"), /oily/);
  const done = await place.bakup("repair", "--yes");
  assert.deepEqual([done.code, done.stderr], [0, ""]);
  assert.match(done.stdout, /1 file healed, 0 things left damaged/);
  const inodes = [FIRST, SECOND, "latest"].map((name) => lstatSync(inSnapshot(place, name)).ino);
  assert.equal(new Set(inodes).size, 1);
  assert.ok(!inodes.includes(bad));
  assert.equal(readFileSync(inSnapshot(place, "latest"), "utf8"), GOOD);
  assert.equal(statSync(inSnapshot(place, FIRST, "photos")).mtimeMs, folderTime);
  assert.equal((await place.bakup("verify")).code, 0);
  const { snapshots } = await place.json("list");
  assert.deepEqual(
    snapshots.map(({ state }: { state: string }) => state),
    ["complete", "complete"],
  );
});

test("no inode is written in place: who holds the damaged one still sees it", async (t) => {
  const place = await twoNights(t);
  rot(inSnapshot(place, FIRST));
  mkdirSync(join(place.folder, "disk/elsewhere"));
  linkSync(inSnapshot(place, FIRST), join(place.folder, "disk/elsewhere/kept"));
  await place.bakup("verify");
  assert.equal((await place.bakup("repair", "--yes")).code, 0);
  assert.match(readFileSync(join(place.folder, "disk/elsewhere/kept"), "utf8"), /oily/);
});

test("changed attributes and missing files come back as they were", async (t) => {
  const place = await twoNights(t);
  chmodSync(inSnapshot(place, FIRST, "photos/two"), 0o777);
  const time = statSync(inSnapshot(place, SECOND, "photos")).mtimeMs / 1000;
  rmSync(inSnapshot(place, SECOND));
  utimesSync(inSnapshot(place, SECOND, "photos"), time, time);
  assert.equal((await place.bakup("verify")).code, 7);
  await place.bakup("repair", "--yes");
  assert.equal(readFileSync(inSnapshot(place, SECOND), "utf8"), GOOD);
  assert.equal(statSync(inSnapshot(place, FIRST, "photos/two")).mode & 0o777, 0o644);
});

test("what has no good copy in the store is healed from the source when that is asked for, and left otherwise", async (t) => {
  const place = await twoNights(t);
  rmSync(join(place.source, "album"), { recursive: true });
  for (const name of [FIRST, SECOND]) {
    rot(inSnapshot(place, name, "album/copy"));
  }
  rot(inSnapshot(place, FIRST));
  await place.bakup("verify");
  const left = await place.bakup("repair", "--yes");
  assert.equal(left.code, 7);
  assert.match(left.stdout, /left {2}2026-11-20T02-00-00Z: content {4}photos\/one/);
  const { stdout } = await place.bakup("repair", "--source", "--yes");
  assert.match(stdout, /photos\/one in .*: from photos\/one in source/);
  assert.equal(readFileSync(inSnapshot(place, FIRST), "utf8"), GOOD);
});

test("a good copy that went bad after the check is not taken", async (t) => {
  const place = await twoNights(t);
  rot(inSnapshot(place, FIRST));
  await place.bakup("verify");
  rot(inSnapshot(place, FIRST, "album/copy"));
  const { code, stdout } = await place.bakup("repair", "--yes");
  assert.equal(code, 7);
  assert.match(stdout, /0 files can be healed, 2 things left damaged/);
});

test("nothing is replaced where nobody can be asked", async (t) => {
  const place = await twoNights(t);
  rot(inSnapshot(place, FIRST));
  await place.bakup("verify");
  const { code, stderr } = await place.bakup("repair");
  assert.equal(code, 64);
  assert.match(stderr, /--yes goes on without asking/);
});

test("the next backup after a repair has a manifest of its own, and is sound", async (t) => {
  const place = await twoNights(t);
  rot(inSnapshot(place, FIRST));
  await place.bakup("verify");
  await place.bakup("repair", "--yes");
  place.write("later", "x");
  assert.equal((await place.backUp("2026-11-22T02:00:00Z")).exitCode, 0);
  const { code, stdout } = await place.bakup("verify");
  assert.equal(code, 0, stdout);
});
