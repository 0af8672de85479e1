import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { bytePathFromText } from "../../src/path/byte-path.ts";
import { filesToCopy } from "../../src/transfer/small-files.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { isRoot } from "../store/make-tree.ts";
import { settle } from "./settle.ts";

const LARGEST = 262_143;

test("small files come with all that they have; all others are left alone", async (t) => {
  const { from, to } = folders(t);
  const taken = [
    "empty",
    "largest",
    "folder/in a folder",
    "folder/in a folder, too",
    "new\nline",
    "suid",
    "attributes",
  ];
  mkdirSync(join(from, "folder"));
  for (const name of taken) {
    writeFileSync(join(from, name), name === "empty" ? "" : name.padEnd(name === "largest" ? LARGEST : 10));
  }
  chmodSync(join(from, "suid"), 0o6751);
  execFileSync("setfattr", ["-n", "user.note", "-v", "kept", join(from, "attributes")]);
  execFileSync("setfacl", ["-m", "u:12345:rw", join(from, "attributes")]);
  if (isRoot) {
    execFileSync("chown", ["1234:5678", join(from, "suid"), join(from, "attributes")]);
    chmodSync(join(from, "suid"), 0o6751);
  }
  execFileSync("touch", ["-d", "1969-07-20T20:17:40.123456789Z", join(from, "empty")]);
  writeFileSync(join(from, "too large"), Buffer.alloc(LARGEST + 1, "x"));
  writeFileSync(join(from, "with holes"), "");
  truncateSync(join(from, "with holes"), 100_000);
  writeFileSync(join(from, "one name"), "of two");
  linkSync(join(from, "one name"), join(from, "other name"));
  symlinkSync("empty", join(from, "link"));
  execFileSync("mkfifo", [join(from, "pipe")]);
  const left = [
    "too large",
    "with holes",
    "one name",
    "other name",
    "link",
    "pipe",
    "folder",
    "not there",
    "no/folder",
  ];
  await settle();
  writeFileSync(join(from, "just now"), "changed");
  assert.deepEqual(await copy(from, to, [...taken, ...left, "just now"]), taken);
  assert.deepEqual(names(to), ["folder", ...taken].sort());
  assert.equal(lstatSync(join(to, "folder")).mode & 0o777, 0o700);
  const differences = compareTrees(from, to).filter((line) => !line.startsWith("only in first"));
  assert.deepEqual(
    differences.filter((line) => !/^(mode|mtime) b'(\.|\.\/folder)' /.test(line)),
    [],
  );
});

test("files that nobody writes come however new they are and whatever their other names, in folders like theirs", async (t) => {
  const { from, to, outside } = folders(t);
  const deep = join(from, "folder/deep");
  mkdirSync(deep, { recursive: true });
  const taken = ["folder/deep/new", "folder/deep/one name", "other name", "folder/suid"];
  for (const name of taken) {
    writeFileSync(join(from, name), name);
  }
  linkSync(join(from, "folder/deep/one name"), join(outside, "other name"));
  chmodSync(join(from, "folder/suid"), 0o4755);
  writeFileSync(join(from, "folder/too large"), Buffer.alloc(LARGEST + 1, "x"));
  writeFileSync(join(from, "with holes"), "");
  truncateSync(join(from, "with holes"), 100_000);
  const left = ["with holes", "folder/too large", "folder", "not there"];
  execFileSync("setfacl", ["-m", "u:12345:rwx", join(from, "folder")]);
  execFileSync("setfattr", ["-n", "user.note", "-v", "kept", deep]);
  chmodSync(deep, 0o2750);
  if (isRoot) {
    execFileSync("chown", ["1234:5678", deep]);
    chmodSync(deep, 0o2750);
  }
  assert.deepEqual(await copy(from, to, [...taken, ...left], { areStill: true }), taken);
  assert.deepEqual(names(to), ["folder", "folder/deep", ...taken].sort());
  const differences = compareTrees(from, to).filter((line) => !line.startsWith("only in first"));
  assert.deepEqual(
    differences.filter((line) => !/^mtime b'(\.|\.\/folder|\.\/folder\/deep)' /.test(line)),
    [],
  );
});

test("what is there already stays, and no link leads out of either tree", async (t) => {
  const { from, to, outside } = folders(t);
  mkdirSync(join(from, "real"));
  for (const name of ["there", "real/in the source", "real/file"]) {
    writeFileSync(join(from, name), "of the source");
  }
  writeFileSync(join(outside, "file"), "secret");
  symlinkSync(outside, join(from, "link"));
  symlinkSync(join(outside, "file"), join(from, "file link"));
  mkdirSync(join(from, "aside"));
  writeFileSync(join(from, "aside/file"), "of the source");
  writeFileSync(join(to, "there"), "of the target");
  symlinkSync(outside, join(to, "aside"));
  symlinkSync(join(outside, "made"), join(to, "real"));
  await settle();
  for (const areStill of [false, true]) {
    const paths = ["there", "link/file", "file link", "aside/file", "real/file", "../outside/file"];
    assert.deepEqual(await copy(from, to, paths, { areStill }), []);
  }
  assert.equal(readFileSync(join(to, "there"), "utf8"), "of the target");
  assert.deepEqual(names(outside), ["file"]);
  assert.deepEqual(readdirSync(to).sort(), ["aside", "real", "there"]);
});

test("a file that is written while it is copied comes whole, or not at all", async (t) => {
  const { from, to } = folders(t);
  const files = Array.from({ length: 600 }, (_, index) => `${index}`);
  for (const name of files) {
    writeFileSync(join(from, name), Buffer.alloc(LARGEST, "s"));
  }
  await settle();
  const other = Buffer.alloc(LARGEST, "n");
  const copied: string[] = [];
  for (const name of files) {
    // On two threads, of which either may be first.
    const file = await open(join(from, name), "r+");
    const [done] = await Promise.all([copy(from, to, [name]), file.write(other)]);
    await file.close();
    copied.push(...done);
  }
  assert.deepEqual(names(to), copied.sort());
  for (const name of copied) {
    const kinds = new Set(readFileSync(join(to, name)));
    assert.deepEqual([...kinds], ["s".charCodeAt(0)], `${name} of the ${copied.length} that were copied`);
  }
  assert.ok(copied.length < files.length, "none was written in time");
});

test("of what finds no room on the disk nothing is left", { skip: !isRoot }, async (t) => {
  const { from, to } = folders(t);
  const files = Array.from({ length: 12 }, (_, index) => `${index}`);
  for (const name of files) {
    writeFileSync(join(from, name), Buffer.alloc(200_000, name));
  }
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", to]);
  try {
    await settle();
    for (const areStill of [false, true]) {
      const copied = await copy(from, to, files, { areStill });
      assert.ok(copied.length > 2 && copied.length < 8, `${copied}`);
      assert.deepEqual(names(to), copied.sort());
      for (const name of copied) {
        assert.deepEqual(readFileSync(join(to, name)), readFileSync(join(from, name)));
        rmSync(join(to, name));
      }
    }
  } finally {
    execFileSync("umount", [to]);
  }
});

test("once it is stopped nothing more is copied", async (t) => {
  const { from, to } = folders(t);
  writeFileSync(join(from, "file"), "contents");
  await settle();
  assert.deepEqual(await copy(from, to, ["file"], { signal: AbortSignal.abort() }), []);
  assert.deepEqual(names(to), []);
});

function folders(t: TestContext): Record<"from" | "to" | "outside", string> {
  const top = temporaryFolder(t);
  const [from, to, outside] = ["from", "to", "outside"].map((name) => join(top, name)) as [string, string, string];
  for (const folder of [from, to, outside]) {
    mkdirSync(folder);
  }
  return { from, to, outside };
}

/** Says which of them were copied. */
async function copy(
  from: string,
  to: string,
  paths: readonly string[],
  options: Parameters<typeof filesToCopy>[2] = {},
): Promise<string[]> {
  const work = filesToCopy(from, to, options);
  const outcomes = await work.do(paths.map(bytePathFromText));
  work.close();
  return paths.filter((_, index) => outcomes[index]?.done !== undefined);
}

function names(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}
