import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bytePathFromText } from "../../../src/path/byte-path.ts";
import { sureChanges } from "../../../src/transfer/index/sure-changes.ts";
import { TreeLook } from "../../../src/transfer/index/tree-look.ts";
import { temporaryFolder } from "../../store/make-store.ts";

/** A record as the listing has it. */
function record(path: string, facts: { type?: string; links?: number; size?: number; modified?: string } = {}): string {
  const { type = "f", links = 1, size = 3, modified = "100.0000000000" } = facts;
  return `${type}644 7 ${links} 0:0 ${size} ${modified} 200.0000000000 ${path}`;
}

const CASES: { name: string; before: string; after: string; code?: string }[] = [
  {
    name: "a file of another size and time",
    before: record("folder/file"),
    after: record("folder/file", { size: 4, modified: "101.0" }),
    code: ">f.st......",
  },
  {
    name: "a file of another time",
    before: record("folder/file"),
    after: record("folder/file", { modified: "101.0" }),
    code: ">f..t......",
  },
  {
    name: "a folder of another time",
    before: record("folder", { type: "d" }),
    after: record("folder", { type: "d", modified: "100.5" }),
    code: ".d..t......",
  },
  {
    name: "a file that is the same in size and second",
    before: record("folder/file"),
    after: record("folder/file", { modified: "100.5" }),
  },
  {
    name: "a file with other names",
    before: record("folder/file", { links: 2 }),
    after: record("folder/file", { links: 2, size: 4 }),
  },
  {
    name: "a file that the mirror has already",
    before: record("folder/file", { size: 9 }),
    after: record("folder/file"),
  },
  {
    name: "a file that the mirror lacks",
    before: record("folder/absent"),
    after: record("folder/absent", { size: 4 }),
  },
  {
    name: "a file where the mirror has a folder",
    before: record("folder"),
    after: record("folder", { size: 4 }),
  },
  {
    name: "a file that has become a link",
    before: record("folder/file"),
    after: record("folder/file", { type: "l", size: 4 }),
  },
  {
    name: "a file below a link",
    before: record("link/file"),
    after: record("link/file", { size: 4 }),
  },
  {
    name: "a folder of which only the inode has changed",
    before: record("folder", { type: "d" }),
    after: `${record("folder", { type: "d" }).replace(" 200.", " 300.")}`,
  },
  {
    name: "a folder below a link",
    before: record("link/inner", { type: "d" }),
    after: record("link/inner", { type: "d", modified: "101.0" }),
  },
  { name: "the top", before: record("", { type: "d" }), after: record("", { type: "d", modified: "101.0" }) },
];

for (const { name, before, after, code } of CASES) {
  test(`${name}: ${code === undefined ? "rsync must be asked" : "sure"}`, (t) => {
    const [path = ""] = /[^ ]*$/.exec(after) ?? [];
    const items = sureChanges(new Map([[bytePathFromText(path), { before, after }]]), {
      mirror: makeMirror(temporaryFolder(t)),
      again: new Set(),
    });
    assert.deepEqual(
      items.map((item) => item.code),
      code === undefined ? [] : [code],
    );
  });
}

test("what must be looked at again is never sure", (t) => {
  const path = bytePathFromText("folder/file");
  const lines = { before: record(path), after: record(path, { size: 4 }) };
  const mirror = makeMirror(temporaryFolder(t));
  assert.deepEqual(sureChanges(new Map([[path, lines]]), { mirror, again: new Set([path]) }), []);
});

function makeMirror(top: string): TreeLook {
  mkdirSync(join(top, "folder/inner"), { recursive: true });
  writeFileSync(join(top, "folder/file"), "old");
  utimesSync(join(top, "folder/file"), 100, 100);
  symlinkSync("folder", join(top, "link"));
  return new TreeLook(top);
}
