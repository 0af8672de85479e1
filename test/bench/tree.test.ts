import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { applyChanges, planChanges } from "./changes.ts";
import { planTree, type TreeEntry, writeTree } from "./tree.ts";

const PLAN = { files: 2000, seed: 7 };

test("the same seed gives the same tree, another seed another one", () => {
  assert.deepEqual(planTree(PLAN), planTree(PLAN));
  assert.notDeepEqual(planTree(PLAN), planTree({ ...PLAN, seed: 8 }));
});

test("a tree has as many files as were asked for, mostly small ones, and no path twice", () => {
  const entries = planTree(PLAN);
  const files = entries.flatMap((entry) => (entry.kind === "file" ? [entry] : []));
  assert.equal(entries.filter(({ kind }) => kind !== "folder").length, PLAN.files);
  assert.equal(new Set(entries.map(({ path }) => path)).size, entries.length);
  assert.ok(files.every(({ bytes }) => bytes >= 512));
  assert.ok(files.filter(({ bytes }) => bytes <= 16 * 1024).length > 0.98 * files.length);
});

test("the same seed gives the same changes, and as many as their share", () => {
  const tree = planTree(PLAN);
  const { changes } = planChanges(tree, { share: 0.1, seed: 3 });
  assert.deepEqual(planChanges(tree, { share: 0.1, seed: 3 }).changes, changes);
  assert.notDeepEqual(planChanges(tree, { share: 0.1, seed: 4 }).changes, changes);
  assert.ok(Math.abs(changes.length - PLAN.files * 0.1) < PLAN.files * 0.01);
  assert.equal(new Set(changes.map(({ kind }) => kind)).size, 5);
});

test("changes lead to the tree that the plan says, night after night", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bakup-bench-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  let tree = planTree({ files: 300, seed: 1 });
  await writeTree(folder, tree);
  for (let seed = 1; seed <= 3; seed += 1) {
    const { changes, after } = planChanges(tree, { share: 0.2, seed });
    applyChanges(folder, changes);
    tree = after;
    assert.deepEqual(treeOnDisk(folder), plannedTree(tree));
  }
});

test("files of one size do not all hold the same", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bakup-bench-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const paths = ["a", "b", "c", "d"];
  await writeTree(
    folder,
    paths.map((path) => ({ kind: "file", path, bytes: 1000, mode: 0o644, modified: 1_600_000_000 })),
  );
  assert.equal(new Set(paths.map((path) => readFileSync(join(folder, path), "latin1"))).size, paths.length);
});

function treeOnDisk(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(folder.length + 1);
      if (!entry.isFile()) {
        return name;
      }
      const { size, mode, mtimeMs } = statSync(path);
      return `${name} ${size} ${(mode & 0o777).toString(8)} ${mtimeMs / 1000}`;
    })
    .sort();
}

function plannedTree(entries: readonly TreeEntry[]): string[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return entries
    .map((entry) => {
      const file = entry.kind === "hardlink" ? byPath.get(entry.target) : entry;
      return file?.kind === "file"
        ? `${entry.path} ${file.bytes} ${file.mode.toString(8)} ${file.modified}`
        : entry.path;
    })
    .sort();
}
