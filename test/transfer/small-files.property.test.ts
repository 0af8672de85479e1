import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { copyEverything } from "../../src/transfer/apply.ts";
import { listSource } from "../../src/transfer/index/list-source.ts";
import type { Filters } from "../../src/transfer/rsync-args.ts";
import { SmallFiles, sorterOf } from "../../src/transfer/small-files.ts";
import { inodeOf } from "../../src/tree/facts.ts";
import { HASH_AT } from "../../src/tree/file-work.ts";
import { type Change, change, KEPT, make } from "../run/random-changes.ts";
import { countCases } from "../safety/cases.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { settle } from "./settle.ts";

/** So many trees are copied; BAKUP_TEST_COPIES gives another number. */
const CASES = Number(process.env.BAKUP_TEST_COPIES ?? 60);

/** Patterns of the names that the changes use, and of what their folders may be called. */
const PATTERN = fc.constantFrom(
  ...["a", "/a", "b/", "a/b", "/a/A", "*", "?", "c*", "c d", "[ab]", "#*", "**/a", "/b/**", "a/***", "\\#012", "*.x"],
  ...["- b", "+ a", ".hidden", "-g", "/c d/", "é", "x -> y", "a*b", "A?", "/*/a", "a/*/", "e?f", "nothing"],
);

/** TOP is the source's own path. */
const ROOT = fc.constantFrom(
  "a/",
  "b",
  "TOP/a/",
  "TOP/b",
  "TOP/*/a/",
  "/*/",
  "/tmp/",
  "/*/*/*/b",
  "TOP/**/a",
  "TOP/?/",
  "TOP/[a]",
);

interface Tree {
  changes: Change[];
  exclude: string[];
  roots: string[];
}

const tree: fc.Arbitrary<Tree> = fc.record({
  changes: fc.array(change, { minLength: 3, maxLength: 40, size: "max" }),
  exclude: fc.array<string>(PATTERN, { maxLength: 3 }),
  roots: fc.array<string>(ROOT, { maxLength: 2 }),
});

test("what is copied ahead of rsync belongs there and is as rsync makes it, whatever the tree and the patterns", async (t) => {
  const top = temporaryFolder(t);
  const trees = fc.sample(tree, CASES);
  const cases = trees.map(({ changes, exclude, roots }, index) => {
    const [source, mirror, expected] = ["source", "mirror", "expected"].map((name) =>
      join(top, `${index} ${name}`),
    ) as [string, string, string];
    for (const folder of [source, mirror, expected]) {
      mkdirSync(folder);
    }
    writeFileSync(join(source, KEPT), "kept");
    for (const step of changes) {
      make(source, step);
    }
    const excludedRoots = roots.map((pattern) => pattern.replace("TOP", source));
    return { source, mirror, expected, filters: { exclude, excludedRoots, oneFileSystem: true } };
  });
  await settle();
  let copied = 0;
  for (const { source, mirror, expected, filters } of cases) {
    const hint = `${source} ${JSON.stringify(filters)}`;
    await copyEverything({ source, target: expected, filters }, { context: {} });
    const ahead = await copyAhead(source, mirror, filters);
    for (const path of filesIn(mirror)) {
      const contents = readFileSync(join(mirror, path));
      assert.deepEqual(contents, readFileSync(join(expected, path)), `${path} of ${hint}`);
      assert.equal(ahead.get(lstatSync(join(mirror, path), { bigint: true }).ino), hashOf(contents), hint);
    }
    copied += ahead.size;
    assert.deepEqual(whatRsyncWouldMend(source, mirror), [], hint);
    await copyEverything({ source, target: mirror, filters }, { context: {}, mostDeletions: 0 });
    assert.deepEqual(compareTrees(mirror, expected), [], hint);
  }
  assert.ok(copied > CASES, `${copied} files were copied ahead`);
  countCases(t, CASES);
});

async function copyAhead(source: string, mirror: string, filters: Filters): Promise<Map<bigint, string>> {
  const hashes = new Map<bigint, string>();
  const small = new SmallFiles(source, mirror, {
    onCopied: (copy) => hashes.set(inodeOf(copy), copy.toString("hex", HASH_AT)),
    signal: new AbortController().signal,
  });
  const sort = sorterOf({ source, target: mirror, filters });
  const meanwhile = (piece: Buffer) => small.take(sort(piece));
  for await (const _ of listSource({ source, excludedRoots: [], now: 0, mark: "", meanwhile })) {
    // It gets what it needs.
  }
  await small.finish();
  assert.equal(small.progress.files, hashes.size);
  return hashes;
}

function filesIn(tree: string): string[] {
  const names = readdirSync(tree, { recursive: true, encoding: "utf8" });
  return names.filter((name) => !lstatSync(join(tree, name)).isDirectory());
}

function hashOf(contents: Buffer): string {
  return createHash("sha256").update(contents).digest("hex");
}

/** Files that are in both trees, and not the same. */
function whatRsyncWouldMend(source: string, mirror: string): string[] {
  const args = ["-naHAXi", "--numeric-ids", "--modify-window=-1", `${source}/`, `${mirror}/`];
  const { stdout } = spawnSync("rsync", args, { encoding: "utf8" });
  return stdout.split("\n").filter((line) => /^[.<>c]f[^+]/.test(line));
}
