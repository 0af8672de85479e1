import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bytePathFromLatin1 } from "../../src/path/byte-path.ts";
import { readOwnFile } from "../../src/path/own-file.ts";
import { openStore } from "../../src/store/layout.ts";
import { listSnapshots } from "../../src/store/list.ts";
import { removePaths } from "../../src/transfer/remove.ts";
import { unshare } from "../../src/transfer/unshare.ts";
import { makePlace, type Place } from "../cli/place.ts";
import { temporaryFolder } from "./make-store.ts";

const NAME = "2026-11-20T02-00-00Z";
const DAYS = ["2026-11-20T02:00:00Z", "2026-11-21T02:00:00Z"] as const;

/** A store with a snapshot, on a disk that then falls into other hands; and what lies on the machine. */
async function conqueredStore(place: Place): Promise<string> {
  place.write("file", "1");
  await place.backUp(DAYS[0]);
  const victim = join(place.folder, "victim");
  mkdirSync(join(victim, "folder"), { recursive: true });
  writeFileSync(join(victim, "passwd"), "root:x:0:0");
  writeFileSync(join(victim, "folder/precious"), "the only copy");
  return victim;
}

function assertUntouched(victim: string): void {
  assert.equal(readFileSync(join(victim, "passwd"), "utf8"), "root:x:0:0");
  assert.deepEqual(readdirSync(victim).sort(), ["folder", "passwd"]);
  assert.equal(readFileSync(join(victim, "folder/precious"), "utf8"), "the only copy");
  assert.deepEqual(readdirSync(join(victim, "folder")), ["precious"]);
}

/** Where a file of ours is written, by its path in .bakup: a link there leads to a file of the machine. */
const WRITTEN = [
  ".store.json.new",
  "mirror-changed",
  "mirror-snapshot",
  "new/.times",
  "new/.reflink",
  "new/.reflink-copy",
  `run.json.${hostname()}.new`,
  ".2026-11-21T02-00-00Z.json.new",
  "index/listing.new",
  "index/.index.json.new",
  ".2026-11-21T02-00-00Z.mtree.gz.new",
  "2026-11-21T02-00-00Z.mtree.gz",
];

for (const file of WRITTEN) {
  test(`a link planted at .bakup/${file} is not written through`, async (t) => {
    const place = makePlace(t);
    const victim = await conqueredStore(place);
    rmSync(join(place.store, ".bakup", file), { force: true });
    symlinkSync(join(victim, "passwd"), join(place.store, ".bakup", file));
    place.write("file", "two");
    const { exitCode } = await place.backUp(DAYS[1]);
    assert.equal(exitCode, 0);
    assertUntouched(victim);
  });
}

for (const part of ["trash", "new", "spare", "index"]) {
  test(`a link planted as .bakup/${part} stops the run before anything is deleted or made there`, async (t) => {
    const place = makePlace(t);
    const victim = await conqueredStore(place);
    rmSync(join(place.store, ".bakup", part), { recursive: true, force: true });
    symlinkSync(victim, join(place.store, ".bakup", part));
    place.write("file", "two");
    const { exitCode, error } = await place.backUp(DAYS[1]);
    assert.equal(exitCode, 5);
    assert.match(String(error), /is a link, or another file system/);
    assertUntouched(victim);
  });
}

test("a link planted as .bakup itself stops the run", async (t) => {
  const place = makePlace(t);
  const victim = await conqueredStore(place);
  renameSync(join(place.store, ".bakup"), join(place.folder, "moved"));
  symlinkSync(join(place.folder, "moved"), join(place.store, ".bakup"));
  assert.equal((await place.backUp(DAYS[1])).exitCode, 5);
  assertUntouched(victim);
});

test("a link planted as the spare is not refreshed into", async (t) => {
  const place = makePlace(t);
  const victim = await conqueredStore(place);
  symlinkSync(join(victim, "folder"), join(place.store, ".bakup/spare", NAME));
  place.write("file", "two");
  assert.equal((await place.backUp(DAYS[1])).exitCode, 0);
  assertUntouched(victim);
});

test("a link that is named like a snapshot is none, with a record or without", async (t) => {
  const place = makePlace(t);
  const victim = await conqueredStore(place);
  const record = readFileSync(join(place.store, ".bakup", `${NAME}.json`), "utf8");
  const planted = "2026-11-19T02-00-00Z";
  symlinkSync(victim, join(place.store, planted));
  writeFileSync(join(place.store, ".bakup", `${planted}.json`), record.replace(NAME, planted));
  const store = openStore(place.store);
  t.after(() => store.close());
  assert.deepEqual(
    listSnapshots(store).snapshots.map(({ name }) => name),
    [NAME],
  );
  await place.bakup("rotate");
  await place.bakup("verify");
  assertUntouched(victim);
});

test("a pipe or an endless file in the place of a record or a manifest does not hold anybody up", async (t) => {
  const place = makePlace(t);
  await conqueredStore(place);
  const folder = join(place.store, ".bakup");
  const file = join(folder, `${NAME}.mtree.gz`);
  rmSync(file);
  execFileSync("mkfifo", [file]);
  assert.match((await place.bakup("verify")).stdout, /manifest .* is no file/);
  for (const name of [`${NAME}.json`, "store.json"]) {
    const before = readFileSync(join(folder, name));
    rmSync(join(folder, name));
    execFileSync("mkfifo", [join(folder, name)]);
    assert.match((await place.bakup("list")).stderr, /cannot read .*EINVAL/);
    rmSync(join(folder, name));
    writeFileSync(join(folder, name), before);
  }
  execFileSync("truncate", ["--size=1T", join(folder, `${NAME}.json`)]);
  assert.throws(() => readOwnFile(join(folder, `${NAME}.json`)), { code: "EFBIG" });
});

test("a user who puts a link in the place of a folder of the mirror has nothing deleted or replaced elsewhere", async (t) => {
  const [mirror, victim] = [temporaryFolder(t), temporaryFolder(t)];
  writeFileSync(join(victim, "shadow"), "secret");
  execFileSync("ln", [join(victim, "shadow"), join(victim, "second")]);
  symlinkSync(victim, join(mirror, "home"));
  const path = bytePathFromLatin1("home/shadow");
  await assert.rejects(removePaths(mirror, [{ path, directory: false }]), /cannot delete "home\/shadow".*ENOTDIR/);
  const item = { code: ".f...p.....", length: 0, path, directory: false };
  const staging = join(mirror, ".staging");
  assert.deepEqual(await unshare(mirror, [item], { staging, context: {} }), []);
  assert.deepEqual([readFileSync(join(victim, "shadow"), "utf8"), existsSync(staging)], ["secret", false]);
});
