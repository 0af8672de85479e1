import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { applyPlan } from "../../src/transfer/apply.ts";
import { planTransfer } from "../../src/transfer/plan.ts";
import { removePaths } from "../../src/transfer/remove.ts";
import { unshare } from "../../src/transfer/unshare.ts";
import { countCases } from "../safety/cases.ts";

/** So many mirrors are made, each with changes of its own. */
const CASES = Number(process.env.BAKUP_PROPERTY_RUNS ?? 40);
const NAMES = ["a", "b", "c d", "e\nf", "-g", "h#012", "\\#012", "x -> y", ".hidden", "#i", ";j", "é"];
const name = fc.constantFrom(...NAMES);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const content = fc.string({ maxLength: 20 });

type Change =
  | { kind: "write"; path: string; content: string }
  | { kind: "mkdir" | "remove"; path: string }
  | { kind: "link" | "symlink" | "rename"; path: string; to: string }
  | { kind: "chmod" | "touch" | "xattr" | "acl" | "chown"; path: string; value: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), path, content }),
  fc.record({ kind: fc.constantFrom("mkdir" as const, "remove" as const), path }),
  fc.record({ kind: fc.constantFrom("link" as const, "symlink" as const, "rename" as const), path, to: path }),
  fc.record({
    kind: fc.constantFrom("chmod" as const, "touch" as const, "xattr" as const, "acl" as const, "chown" as const),
    path,
    value: fc.nat(3),
  }),
);

/** Does a change as far as the tree allows it; a change that makes no sense is none. */
function make(tree: string, step: Change): unknown {
  const target = join(tree, step.path);
  try {
    switch (step.kind) {
      case "write":
        mkdirSync(dirname(target), { recursive: true });
        return writeFileSync(target, step.content);
      case "mkdir":
        mkdirSync(target, { recursive: true });
        return;
      case "remove":
        return rmSync(target, { recursive: true, force: true });
      case "link":
        return linkSync(target, join(tree, step.to));
      case "symlink":
        return symlinkSync(step.to, target);
      case "rename":
        return renameSync(target, join(tree, step.to));
      case "chmod":
        return lstatSync(target).isSymbolicLink() ? undefined : chmodSync(target, 0o600 + step.value * 0o11);
      case "touch":
        return (lstatSync(target).isSymbolicLink() ? lutimesSync : utimesSync)(target, 1e9, 1e9 + step.value);
      case "xattr":
        return run("setfattr", ["-n", "user.test", "-v", String(step.value), "--", target]);
      case "acl":
        return run("setfacl", ["-m", `u:${step.value + 1}:rwx`, "--", target]);
      case "chown":
        return run("chown", ["-h", `${step.value}:${step.value}`, "--", target]);
    }
  } catch (error) {
    if (!["ENOENT", "EEXIST", "ENOTDIR", "EISDIR", "ENOTEMPTY", "EINVAL", "EPERM", "ELOOP"].includes(codeOf(error))) {
      throw error;
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function run(program: string, args: string[]): void {
  spawnSync(program, args);
}

/** Every attribute and content of a tree that matters, by programs that share no code with bakup. */
function fingerprint(tree: string): string {
  const script = `
    find . -printf '%P|%y|%m|%U:%G|%T@|%s|%l|%n\\0' | sed -z 's/|d|\\(.*\\)|[0-9]*|\\(.*\\)|[0-9]*$/|d|\\1|\\2/' | sort -z | tr '\\0' '\\n'
    find . -type f -print0 | sort -z | xargs -0 -r sha256sum
    getfattr -Rdhm - . 2>/dev/null; getfacl -Rpn . 2>/dev/null`;
  const { stdout, status } = spawnSync("bash", ["-c", script], { cwd: tree, env: { ...process.env, LC_ALL: "C" } });
  assert.equal(status, 0);
  return stdout.toString("latin1");
}

function withoutLinkCounts(print: string): string {
  return print.replace(/\|(\d+)$/gm, "");
}

async function bringUpToDate(source: string, mirror: string, staging: string): Promise<void> {
  const transfer = { source, target: mirror, filters: { excludedRoots: [], exclude: [], oneFileSystem: true } };
  const plan = await planTransfer(transfer, {});
  await removePaths(mirror, plan.deletions);
  const touched = await unshare(mirror, plan.items, { staging, context: {} });
  const { problems } = await applyPlan(transfer, plan, { context: {}, touched });
  assert.deepEqual(problems, []);
}

function differences(source: string, mirror: string): string {
  const args = ["-naHAXi", "--delete", "--numeric-ids", `${source}/`, `${mirror}/`];
  return spawnSync("rsync", args).stdout.toString();
}

test("after any changes the mirror equals the source, and the snapshot that links it is what it was", async (t) => {
  const changes = fc.array(change, { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 3, maxLength: 25 }),
      fc.array(changes, { maxLength: 3 }),
      async (first, later) => {
        const top = mkdtempSync(join(tmpdir(), "bakup-mirror-"));
        try {
          const [source, mirror, snapshot] = ["source", "mirror", "snapshot"].map((part) => join(top, part)) as [
            string,
            string,
            string,
          ];
          mkdirSync(source);
          mkdirSync(mirror);
          for (const step of first) {
            make(source, step);
          }
          await bringUpToDate(source, mirror, join(top, "staging"));
          run("cp", ["-al", mirror, snapshot]);
          const before = withoutLinkCounts(fingerprint(snapshot));
          for (const steps of later) {
            for (const step of steps) {
              make(source, step);
            }
            await bringUpToDate(source, mirror, join(top, "staging"));
            assert.equal(differences(source, mirror), "");
            assert.equal(fingerprint(mirror).replace(/\|\d+$/gm, ""), fingerprint(source).replace(/\|\d+$/gm, ""));
          }
          assert.equal(withoutLinkCounts(fingerprint(snapshot)), before);
          assert.deepEqual(readdirSync(top).includes("staging"), false);
        } finally {
          rmSync(top, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: CASES, includeErrorInReport: true },
  );
  countCases(t, CASES);
});
