import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bytePathFromLatin1 } from "../../../src/path/byte-path.ts";
import { buildManifest } from "../../../src/store/manifest/build.ts";
import { formatTime, type ManifestEntry } from "../../../src/store/manifest/entry.ts";
import { manifestPath } from "../../../src/store/manifest/file.ts";
import { formatEntry, parseEntry, pathOfLine } from "../../../src/store/manifest/mtree.ts";
import { readManifest } from "../../../src/store/manifest/read.ts";
import { makeSnapshot } from "../make-snapshot.ts";
import { temporaryStore } from "../make-store.ts";
import { makeTree } from "../make-tree.ts";

const NAME = "2026-11-22T02-00-13Z";

const FILE: ManifestEntry = {
  path: bytePathFromLatin1("a b/\n\xff#=*?[\\x"),
  type: "file",
  mode: 0o4755,
  uid: 1234,
  gid: 4321,
  size: 12,
  time: "1700000000.000000005",
  inode: "77",
  xattrs: "0123456789abcdef0123456789abcdef",
  sha256: "0".repeat(64),
};

test("a line says an entry whole, in printable characters", () => {
  const entries: ManifestEntry[] = [
    FILE,
    { ...FILE, path: bytePathFromLatin1(""), type: "dir", size: 0, inode: "" },
    { ...FILE, type: "link", size: 0, target: bytePathFromLatin1("two words\n\xe9") },
    { ...FILE, type: "char", size: 0, device: "4,64" },
  ];
  for (const entry of entries) {
    const line = formatEntry(entry);
    assert.match(line, /^[\x21-\x7e]+( [\x21-\x7e]+)*\n$/);
    assert.deepEqual(parseEntry(line.trimEnd()), entry);
    assert.equal(pathOfLine(line), entry.path);
  }
});

test("a folder has attributes but no number", () => {
  const folder: ManifestEntry = { ...FILE, type: "dir", size: 0, inode: "" };
  const { xattrs: _, ...plain } = folder;
  assert.ok(!formatEntry(plain).includes("tags="));
  assert.deepEqual(parseEntry(formatEntry(plain).trimEnd()), plain);
});

test("what is no line of a manifest is not read as one", () => {
  const line = formatEntry(FILE).trimEnd();
  const broken = [
    "",
    "x",
    "./a",
    "/etc/passwd type=file",
    line.replace("time=", "tim="),
    line.replace("uid=1", "uid=-1"),
  ];
  assert.deepEqual(
    [...broken, line.replace("type=file", "type=door"), line.replace("inode:77", "")].map(parseEntry),
    Array(8).fill(undefined),
  );
});

test("times before 1970 and after keep their nanoseconds", () => {
  const times = [0n, 1n, -1n, -1_000_000_000n, -500_000_000n, 1_700_000_000_123_456_789n].map(formatTime);
  assert.deepEqual(times, [
    "0.000000000",
    "0.000000001",
    "-1.999999999",
    "-1.000000000",
    "-1.500000000",
    "1700000000.123456789",
  ]);
});

test("other programs read a manifest, and find the tree that it describes", async (t) => {
  const store = temporaryStore(t);
  makeSnapshot(store, NAME, {
    fill: (folder) => {
      mkdirSync(join(folder, "tree"));
      makeTree(join(folder, "tree"));
    },
  });
  const seal = await buildManifest(store, NAME, { ofMirror: true, basis: undefined });
  const manifest = manifestPath(store, NAME);
  const listed = execFileSync("bsdtar", ["-tf", manifest], { encoding: "latin1", env: { LC_ALL: "C" } });
  assert.equal(listed.trim().split("\n").length, seal.entries);
  const tree = join(store.path, NAME);
  const mtree = () => spawnSync("mtree", ["-p", tree], { input: execFileSync("zcat", [manifest]), encoding: "utf8" });
  const { status, stdout, stderr } = mtree();
  assert.deepEqual([stdout, stderr, status], ["", "", 0]);
  rmSync(join(tree, "tree/zero"));
  assert.match(mtree().stdout, /missing: .*tree\/zero/);
});

test("a manifest lists the tree sorted, each file with its hash", async (t) => {
  const store = temporaryStore(t);
  makeSnapshot(store, NAME, { fill: makeTree });
  const seal = await buildManifest(store, NAME, { ofMirror: true, basis: undefined });
  const entries: ManifestEntry[] = [];
  for await (const piece of readManifest(store, NAME, seal)) {
    entries.push(...piece);
  }
  const paths = entries.map(({ path }) => path);
  assert.deepEqual(paths, [...paths].sort());
  assert.equal(
    entries.length,
    Number(execFileSync("sh", ["-c", "find . -printf x | wc -c"], { cwd: join(store.path, NAME) })),
  );
  const hashes = entries.filter(({ sha256 }) => sha256 !== undefined);
  assert.ok(hashes.length > 20 && hashes.every(({ type }) => type === "file"));
  const zero = entries.find(({ path }) => path === "zero");
  assert.deepEqual(
    [zero?.sha256, zero?.time],
    ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "1000000000.250000000"],
  );
  assert.deepEqual(
    entries.filter(({ xattrs }) => xattrs !== undefined).map(({ path }) => path),
    ["acl", "deep", "empty folder", "xattr"],
  );
});
