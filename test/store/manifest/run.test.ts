import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { openStore } from "../../../src/store/layout.ts";
import { findSnapshot, listSnapshots } from "../../../src/store/list.ts";
import { buildManifest } from "../../../src/store/manifest/build.ts";
import { manifestPath } from "../../../src/store/manifest/file.ts";
import { makePlace, type Place } from "../../cli/place.ts";
import { makeTree } from "../make-tree.ts";

const NIGHTS = ["2026-11-20T02:00:00Z", "2026-11-21T02:00:00Z", "2026-11-22T02:00:00Z"] as const;

function openStoreOf(t: TestContext, place: Place) {
  const store = openStore(place.store);
  t.after(() => store.close());
  return store;
}

const nameOf = (night: string) => night.replaceAll(":", "-");
const linesOf = (file: string) => gunzipSync(readFileSync(file)).toString("latin1").split("\n");

test("a run seals a manifest of its snapshot; a night without changes shares that of the night before", async (t) => {
  const place = makePlace(t);
  makeTree(place.source);
  await place.backUp(NIGHTS[0]);
  await place.backUp(NIGHTS[1]);
  const store = openStoreOf(t, place);
  const [first, second] = listSnapshots(store).snapshots.map(({ record }) => record);
  assert.equal(first?.manifest?.entries, first?.entries);
  assert.deepEqual(second?.manifest, first?.manifest);
  const [one, two] = [first, second].map((record) => statSync(manifestPath(store, record?.name ?? "")).ino);
  assert.equal(one, two);
});

test("a manifest made from the changes is the one that a listing of everything gives", async (t) => {
  const place = makePlace(t);
  makeTree(place.source);
  await place.backUp(NIGHTS[0]);
  changeMuch(place.source);
  const report = await place.backUp(NIGHTS[1]);
  assert.equal(report.exitCode, 0);
  const store = openStoreOf(t, place);
  const name = nameOf(NIGHTS[1]);
  const extended = linesOf(manifestPath(store, name));
  const { entries } = await buildManifest(store, name, { ofMirror: true, basis: undefined });
  assert.deepEqual(extended, linesOf(manifestPath(store, name)));
  assert.equal(entries, findSnapshot(store, name).record?.entries);
});

/** One of each: new, gone, other contents, other attributes, a new hard link, one less, a folder moved, another type. */
function changeMuch(source: string): void {
  const at = (path: string) => join(source, path);
  writeFileSync(at("names/new\nname"), "new");
  rmSync(at("deep/er"), { recursive: true });
  writeFileSync(at("zero"), "no longer");
  chmodSync(at("read-only"), 0o440);
  execFileSync("setfattr", ["-n", "user.note", "-v", "three", at("xattr")]);
  linkSync(at("acl"), at("another name"));
  rmSync(at("linked-1"));
  renameSync(at("names/-rf.d"), at("names/moved"));
  rmSync(at("fifo"));
  mkdirSync(at("fifo"));
  rmSync(at("empty folder"), { recursive: true });
  writeFileSync(at("empty folder"), "a file now");
  utimesSync(at("sticky"), 1, 1.5);
}

test("what has not changed keeps its hash and is not read again", async (t) => {
  const place = makePlace(t);
  place.write("photo", "the only copy");
  place.write("other", "x");
  await place.backUp(NIGHTS[0]);
  const store = openStoreOf(t, place);
  rot(join(place.store, nameOf(NIGHTS[0]), "photo"));
  place.write("other", "y");
  await place.backUp(NIGHTS[1]);
  const hashOf = (night: string) =>
    linesOf(manifestPath(store, nameOf(night)))
      .find((line) => line.startsWith("./photo "))
      ?.match(/sha256=(\w+)/)?.[1];
  assert.equal(hashOf(NIGHTS[1]), hashOf(NIGHTS[0]));
});

/** Other contents, as a disk makes them: nothing else of the file changes. */
function rot(file: string): void {
  const { mtimeMs } = statSync(file);
  writeFileSync(file, "the oxly copy");
  utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
}

test("a mirror that is not known to be the newest snapshot is listed as a whole", async (t) => {
  const place = makePlace(t);
  makeTree(place.source);
  await place.backUp(NIGHTS[0]);
  const store = openStoreOf(t, place);
  writeFileSync(join(place.store, ".bakup/mirror-changed"), "");
  writeFileSync(join(place.store, "latest/left by a killed run"), "");
  writeFileSync(join(place.source, "left by a killed run"), "");
  execFileSync("touch", [
    "-r",
    join(place.source, "left by a killed run"),
    join(place.store, "latest/left by a killed run"),
  ]);
  await place.backUp(NIGHTS[1]);
  const lines = linesOf(manifestPath(store, nameOf(NIGHTS[1])));
  assert.ok(lines.some((line) => line.startsWith("./left\\040by")));
});

test("when the clock was set back the basis is what the mirror was, not what has the latest name", async (t) => {
  const place = makePlace(t);
  place.write("file", "1");
  await place.backUp(NIGHTS[2]);
  for (const [night, content] of [
    [NIGHTS[0], "22"],
    [NIGHTS[1], "22"],
    ["2026-11-23T02:00:00Z", "22"],
  ] as const) {
    place.write("file", content);
    place.write("other", night);
    assert.equal((await place.backUp(night)).exitCode, 0);
  }
  const { code, stdout } = await place.bakup("verify");
  assert.equal(code, 0, stdout);
});

test("a damaged manifest is no basis: everything is hashed anew", async (t) => {
  const place = makePlace(t);
  place.write("file", "1");
  await place.backUp(NIGHTS[0]);
  const store = openStoreOf(t, place);
  writeFileSync(manifestPath(store, nameOf(NIGHTS[0])), "planted");
  place.write("new", "2");
  await place.backUp(NIGHTS[1]);
  assert.equal(findSnapshot(store, nameOf(NIGHTS[1])).record?.manifest?.entries, 3);
});

test("the manifest goes with its snapshot, and one that lost its snapshot goes at the next run", async (t) => {
  const place = makePlace(t, "[rotation]\nhourly = 1\n");
  place.write("file", "1");
  await place.backUp(NIGHTS[0]);
  place.write("file", "22");
  writeFileSync(join(place.store, ".bakup/2026-01-01T00-00-00Z.mtree.gz"), "");
  writeFileSync(join(place.store, ".bakup/.2026-11-20T02-00-00Z.mtree.gz.new"), "");
  await place.backUp(NIGHTS[1]);
  const manifests = execFileSync("sh", ["-c", "ls -A | grep mtree"], {
    cwd: join(place.store, ".bakup"),
    encoding: "utf8",
  });
  assert.equal(manifests, `${nameOf(NIGHTS[1])}.mtree.gz\n`);
});
