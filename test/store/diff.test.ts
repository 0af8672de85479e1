import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { below, bytePathFromLatin1, bytePathFromText } from "../../src/path/byte-path.ts";
import { diffTrees } from "../../src/store/diff.ts";
import { temporaryFolder } from "./make-store.ts";
import { LATIN1_NAME, makeTree } from "./make-tree.ts";

/** Two equal trees with everything. */
function twins(t: TestContext): { a: string; b: string } {
  const folder = temporaryFolder(t);
  const [a, b] = [join(folder, "a"), join(folder, "b")];
  mkdirSync(a);
  makeTree(a);
  execFileSync("cp", ["-a", a, b]);
  return { a, b };
}

test("equal trees do not differ", async (t) => {
  const { a, b } = twins(t);
  assert.deepEqual(await diffTrees(a, b, {}), { entries: [], problems: [] });
});

test("each kind of change is named, sorted by path, with rsync's letters", async (t) => {
  const { a, b } = twins(t);
  writeFileSync(join(b, "acl"), "longer than before");
  chmodSync(join(b, "setuid"), 0o755);
  mkdirSync(join(b, "new"));
  writeFileSync(join(b, "new/file"), "12345");
  rmSync(join(b, "deep/er"), { recursive: true });
  rmSync(join(b, "sticky"), { recursive: true });
  writeFileSync(join(b, "sticky"), "a file now");
  rmSync(join(b, "link-to-folder"));
  mkdirSync(join(b, "link-to-folder"));
  writeFileSync(join(b, "link-to-folder/linked-2"), "not the one behind the link");
  rmSync(join(b, "link"));
  symlinkSync("elsewhere", join(b, "link"));
  writeFileSync(below(b, bytePathFromLatin1(`names/${LATIN1_NAME}`)), "other content here");
  for (const folder of ["", "deep", "names"]) {
    utimesSync(join(b, folder), 1_500_000_000, 1_500_000_000);
    utimesSync(join(a, folder), 1_500_000_000, 1_500_000_000);
  }
  const { entries } = await diffTrees(a, b, {});
  assert.deepEqual(
    entries.map(({ path, kind }) => `${kind} ${path}`),
    [
      "content acl",
      "deleted deep/er",
      "deleted deep/er/and",
      "deleted deep/er/and/deeper",
      "deleted deep/er/and/deeper/still",
      "deleted deep/er/and/deeper/still/here",
      "content link",
      "type link-to-folder",
      "created link-to-folder/linked-2",
      `content names/${LATIN1_NAME}`,
      "created new",
      "created new/file",
      "attributes setuid",
      "type sticky",
    ],
  );
  const codeOf = (path: string) => entries.find((entry) => entry.path === path)?.code;
  assert.match(codeOf("setuid") ?? "", /^\.f\.\.\.p/);
  assert.equal(codeOf("deep/er"), "*deleting");
  assert.equal(entries.find(({ path }) => path === "new/file")?.length, 5);
});

test("a file that is no longer a link of another one, and then has other content, is told apart", async (t) => {
  const folder = temporaryFolder(t);
  const [a, b] = [join(folder, "a"), join(folder, "b")];
  mkdirSync(a);
  for (const name of ["1", "2", "3"]) {
    writeFileSync(join(a, name), name === "3" ? "other" : "same");
    utimesSync(join(a, name), 1_500_000_000, 1_500_000_000);
  }
  execFileSync("cp", ["-a", a, b]);
  rmSync(join(b, "2"));
  rmSync(join(b, "3"));
  linkSync(join(b, "1"), join(b, "2"));
  linkSync(join(b, "1"), join(b, "3"));
  utimesSync(b, 1_500_000_000, 1_500_000_000);
  utimesSync(a, 1_500_000_000, 1_500_000_000);
  const { entries } = await diffTrees(a, b, {});
  assert.deepEqual(
    entries.map(({ path, kind }) => `${kind} ${path}`),
    ["attributes 2", "content 3"],
  );
});

test("with paths only what is or lies below them is told", async (t) => {
  const { a, b } = twins(t);
  writeFileSync(join(b, "deep/one"), "1");
  writeFileSync(join(b, "deep-not"), "2");
  const { entries } = await diffTrees(a, b, {}, [bytePathFromText("/deep/")]);
  assert.deepEqual(
    entries.map(({ path, kind }) => `${kind} ${path}`),
    ["attributes deep", "created deep/one"],
  );
});
