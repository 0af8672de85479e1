import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";

const NAMES = ["a", "A", "b", "c d", "e\nf", "-g", "h#012", "#i", ";j", "é", "x"];
const name = fc.constantFrom(...NAMES);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const value = fc.nat(3);

export type Change =
  | { kind: "write" | "edit in place" | "hidden edit"; path: string; value: number }
  | { kind: "mkdir" | "remove" | "fifo"; path: string }
  | { kind: "link" | "symlink" | "rename" | "swap"; path: string; to: string }
  | { kind: "chmod" | "touch" | "xattr" | "acl" | "chown"; path: string; value: number };

export const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constantFrom("write" as const, "edit in place" as const, "hidden edit" as const), path, value }),
  fc.record({ kind: fc.constantFrom("mkdir" as const, "remove" as const, "fifo" as const), path }),
  fc.record({
    kind: fc.constantFrom("link" as const, "symlink" as const, "rename" as const, "swap" as const),
    path,
    to: path,
  }),
  fc.record({
    kind: fc.constantFrom("chmod" as const, "touch" as const, "xattr" as const, "acl" as const, "chown" as const),
    path,
    value,
  }),
);

const EXPECTED_ERRORS = [
  "ENOENT",
  "EEXIST",
  "ENOTDIR",
  "EISDIR",
  "ENOTEMPTY",
  "EINVAL",
  "EPERM",
  "ELOOP",
  "ERR_FS_EISDIR",
  "EBUSY",
  "EXDEV",
];

/** Does a change as far as the tree allows it; a change that makes no sense is none. */
export function make(tree: string, step: Change): void {
  try {
    doChange(tree, step);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && EXPECTED_ERRORS.includes(String(error.code)))) {
      throw error;
    }
  }
}

function doChange(tree: string, step: Change): void {
  const target = join(tree, step.path);
  switch (step.kind) {
    case "write":
      mkdirSync(dirname(target), { recursive: true });
      rmSync(target, { force: true });
      writeFileSync(target, "x".repeat(step.value));
      return;
    case "edit in place":
      if (lstatSync(target).isFile()) {
        writeFileSync(target, `edited ${"y".repeat(step.value)}`);
      }
      return;
    case "hidden edit":
      editKeepingSizeAndTime(target);
      return;
    case "mkdir":
      mkdirSync(target, { recursive: true });
      return;
    case "remove":
      rmSync(target, { recursive: true, force: true });
      return;
    case "fifo":
      run("mkfifo", [target]);
      return;
    case "link":
      linkSync(target, join(tree, step.to));
      return;
    case "symlink":
      symlinkSync(step.to, target);
      return;
    case "rename":
      renameSync(target, join(tree, step.to));
      return;
    case "swap":
      swap(target, join(tree, step.to));
      return;
    case "chmod":
      if (!lstatSync(target).isSymbolicLink()) {
        chmodSync(target, 0o700 + step.value * 0o11);
      }
      return;
    case "touch":
      (lstatSync(target).isSymbolicLink() ? lutimesSync : utimesSync)(target, 1e9, 1e9 + step.value);
      return;
    case "xattr":
      run("setfattr", ["-n", "user.test", "-v", String(step.value), "--", target]);
      return;
    case "acl":
      run("setfacl", ["-m", `u:${step.value + 1}:rwx`, "--", target]);
      return;
    case "chown":
      run("chown", ["-h", `${step.value}:${step.value}`, "--", target]);
  }
}

function editKeepingSizeAndTime(target: string): void {
  const status = lstatSync(target, { bigint: true });
  if (status.isFile() && status.size > 0n) {
    const content = readFileSync(target);
    content[0] = ((content[0] ?? 0) + 1) % 256;
    writeFileSync(target, content);
    // touch keeps the nanoseconds, which node does not.
    const seconds = status.mtimeNs / 1_000_000_000n;
    const rest = String(status.mtimeNs % 1_000_000_000n).padStart(9, "0");
    run("touch", ["-m", "-d", `@${seconds}.${rest}`, "--", target]);
  }
}

function swap(a: string, b: string): void {
  const aside = `${a}.aside`;
  if (existsSync(a) && existsSync(b) && !a.startsWith(`${b}/`) && !b.startsWith(`${a}/`)) {
    renameSync(a, aside);
    renameSync(b, a);
    renameSync(aside, b);
  }
}

export function run(program: string, args: string[]): void {
  spawnSync(program, args);
}
