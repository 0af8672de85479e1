import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeEntry,
  fileRows,
  folderRows,
  matching,
  type Row,
  snapshotRows,
  versionRows,
} from "../../../src/cli/browse/rows.ts";
import { above, describeSpot, type Spot } from "../../../src/cli/browse/spot.ts";
import { bytePathFromText, bytePathFromLatin1 as bytes } from "../../../src/path/byte-path.ts";
import type { FileVersion } from "../../../src/store/find.ts";

const [OLD, NEW] = ["2026-03-01T02-00-00Z", "2026-03-05T02-00-00Z"] as const;
const FOLDER = { at: "folder", snapshot: NEW, path: bytes("home/me") } as const;
const FILE = { at: "file", snapshot: NEW, path: bytes("home/me/a") } as const;

function version(last: string, more: Partial<FileVersion> = {}): FileVersion {
  const mtime = "2026-02-01T00:00:00Z";
  return { first: last, last, count: 1, type: "file", size: 1024, mtime, mode: 0o644, uid: 0, gid: 0, ...more };
}

const VERSIONS = [version(NEW), version(OLD, { size: 0 })];
const VERSION: Extract<Spot, { at: "version" }> = {
  ...FILE,
  at: "version",
  version: VERSIONS[1] ?? version(OLD),
  versions: VERSIONS,
};

const WAYS_UP: [Spot, Spot | undefined][] = [
  [{ at: "snapshots" }, undefined],
  [{ at: "folder", snapshot: NEW, path: bytes("") }, { at: "snapshots" }],
  [FOLDER, { ...FOLDER, path: bytes("home") }],
  [
    { ...FOLDER, path: bytes("home") },
    { ...FOLDER, path: bytes("") },
  ],
  [FILE, FOLDER],
  [VERSION, FILE],
];

for (const [spot, expected] of WAYS_UP) {
  test(`the way up from ${describeSpot("store", spot, 80)}`, () => assert.deepEqual(above(spot), expected));
}

test("a spot that is too long for the line is cut at its beginning, and commands no terminal", () => {
  assert.equal(describeSpot("store", FOLDER, 20), "…02-00-00Z: /home/me");
  assert.equal(describeSpot("store", { ...FILE, path: bytePathFromText("a\x1b[2Jé") }, 80), "versions of /a\\033[2Jé");
});

test("snapshots come newest first, with what is known of them", () => {
  const instant = Date.parse("2026-03-01T02:00:00Z");
  const snapshots = [
    { name: OLD, instant, state: "complete", origin: "rsync-system-backup" } as const,
    { name: NEW, instant: instant + 4 * 86_400_000, state: "incomplete", origin: "bakup" } as const,
  ];
  const rows = snapshotRows(snapshots, instant + 5 * 86_400_000);
  assert.deepEqual(
    rows.map(({ name, description }) => [name, description]),
    [
      [NEW, "incomplete, 1 day old"],
      [OLD, "complete, 5 days old"],
      ["leave", undefined],
    ],
  );
  assert.deepEqual(rows[0]?.move, { do: "go", to: { at: "folder", snapshot: NEW, path: "" } });
  assert.deepEqual(rows[2]?.move, { do: "leave" });
});

test("a folder has the way up, its restore, and what is in it", () => {
  const names = [
    { name: bytes("sub"), isFolder: true },
    { name: bytes("caf\xe9\n"), isFolder: false },
  ];
  const rows = folderRows(FOLDER, names);
  assert.deepEqual(
    rows.map(({ name }) => name),
    ["..", "restore this folder…", "sub/", "caf\\351\\012"],
  );
  assert.deepEqual(rows[1]?.move, { do: "restore", snapshot: NEW, path: "home/me" });
  assert.deepEqual(rows[2]?.move, { do: "go", to: { at: "folder", snapshot: NEW, path: "home/me/sub" } });
  assert.deepEqual(rows[3]?.move, { do: "go", to: { at: "file", snapshot: NEW, path: "home/me/caf\xe9\n" } });
  assert.equal(folderRows({ ...FOLDER, path: bytes("") }, [])[1]?.name, "restore everything…");
});

test("a file has its versions; each leads to what can be done with it", () => {
  const rows = fileRows(FILE, VERSIONS);
  assert.deepEqual(rows[3]?.move, { do: "go", to: VERSION });
  assert.match(rows[2]?.name ?? "", /, 1\.00 KiB$/);
  assert.equal(rows[2]?.description, `mode 0644, in ${NEW}`);
  assert.deepEqual(rows[1]?.move, { do: "restore", snapshot: NEW, path: "home/me/a" });
});

test("a version can be restored, compared with the others from old to new, and found in its folder", () => {
  assert.deepEqual(
    versionRows(VERSION).map(({ move }) => move),
    [
      { do: "go", to: FILE },
      { do: "restore", snapshot: OLD, path: "home/me/a" },
      { do: "compare", path: "home/me/a", older: OLD, newer: NEW },
      { do: "go", to: { ...FOLDER, snapshot: OLD } },
    ],
  );
});

test("only files are compared", () => {
  const link = version(OLD, { type: "link" });
  const rows = versionRows({ ...VERSION, version: link, versions: [version(NEW), link] });
  assert.ok(rows.every(({ move }) => move.do !== "compare"));
});

test("an entry is described with what people ask for", () => {
  const entry = { name: bytes("a"), type: "file", size: 2048, mtime: 0, mode: 0o4755, uid: 1, gid: 2 } as const;
  assert.match(describeEntry(entry), /^2\.00 KiB, changed \S+ \S+, mode 4755, owner 1:2$/);
  assert.match(describeEntry({ ...entry, type: "link", leadsTo: bytes("x\x07") }), /^link to x\\007, changed/);
});

test("typing shows the names that hold it, in either case, and never more than asked for", () => {
  const rows = Array.from({ length: 1000 }, (_, index): Row => ({ name: `File-${index}`, move: { do: "leave" } }));
  assert.deepEqual(
    matching(rows, "fIle-99", 5).shown.map(({ name }) => name),
    ["File-99", "File-990", "File-991", "File-992", "File-993"],
  );
  assert.equal(matching(rows, "fIle-99", 5).more, 6);
  assert.deepEqual([matching(rows, "", 200).shown.length, matching(rows, "", 200).more], [200, 800]);
  assert.deepEqual(matching(rows, "x", 5), { shown: [], more: 0 });
});
