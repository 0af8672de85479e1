import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
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

const MAKING = ["write", "mkdir", "fifo", "symlink", "link", "rename", "swap"] as const;
const CHANGING = ["edit in place", "hidden edit", "remove", "chmod", "touch", "xattr", "acl", "chown"] as const;

/** An entry at the top that no change touches: a run refuses a source that has lost everything. */
export const KEPT = "kept";

/** `pick` chooses one of the entries that are there then; `path` is a place for something new. */
export interface Change {
  kind: (typeof MAKING)[number] | (typeof CHANGING)[number];
  pick: number;
  path: string;
  value: number;
}

export const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.oneof(fc.constantFrom(...MAKING), fc.constantFrom(...CHANGING)),
  pick: fc.nat(10_000),
  path,
  value,
});

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

function doChange(tree: string, { kind, pick, path: place, value: number }: Change): void {
  const fresh = join(tree, place);
  const entries = readdirSync(tree, { recursive: true, encoding: "utf8" })
    .filter((entry) => entry !== KEPT)
    .sort();
  const target = join(tree, entries[pick % entries.length] ?? "none");
  if (["write", "mkdir", "fifo", "symlink", "link", "rename"].includes(kind)) {
    mkdirSync(dirname(fresh), { recursive: true });
  }
  switch (kind) {
    case "write":
      rmSync(fresh, { force: true });
      writeFileSync(fresh, "x".repeat(number));
      return;
    case "edit in place":
      if (lstatSync(target).isFile()) {
        writeFileSync(target, `edited ${"y".repeat(number)}`);
      }
      return;
    case "hidden edit":
      editKeepingSizeAndTime(target);
      return;
    case "mkdir":
      mkdirSync(fresh, { recursive: true });
      return;
    case "remove":
      rmSync(target, { recursive: true, force: true });
      return;
    case "fifo":
      run("mkfifo", [fresh]);
      return;
    case "link":
      linkSync(target, fresh);
      return;
    case "symlink":
      symlinkSync(place, fresh);
      return;
    case "rename":
      renameSync(target, fresh);
      return;
    case "swap":
      swap(target, fresh);
      return;
    case "chmod":
      if (!lstatSync(target).isSymbolicLink()) {
        chmodSync(target, 0o700 + number * 0o11);
      }
      return;
    case "touch":
      (lstatSync(target).isSymbolicLink() ? lutimesSync : utimesSync)(target, 1e9, 1e9 + number);
      return;
    case "xattr":
      run("setfattr", ["-n", "user.test", "-v", String(number), "--", target]);
      return;
    case "acl":
      run("setfacl", ["-m", `u:${number + 1}:rwx`, "--", target]);
      return;
    case "chown":
      run("chown", ["-h", `${number}:${number}`, "--", target]);
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
