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
import { basename, dirname, join } from "node:path";
import fc from "fast-check";

const NAMES = ["a", "A", "b", "c d", "e\nf", "-g", "h#012", "\\#012", "x -> y", ".hidden", "#i", ";j", "é"];
const name = fc.constantFrom(...NAMES);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const value = fc.nat(3);

const MAKING = ["write", "mkdir", "fifo", "symlink", "link", "rename", "swap"] as const;
const CHANGING = [
  "edit in place",
  "hidden edit",
  "remove",
  "replace",
  "other case",
  "chmod",
  "touch",
  "xattr",
  "no xattr",
  "acl",
  "no acl",
  "chown",
] as const;

/** What an entry may be replaced by; another type than it has, for whatever it is. */
const TYPES = ["file", "folder", "symlink", "fifo"] as const;

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

/** Does a change as far as the tree allows it, and says whether it did; a change that makes no sense is none. */
export function make(tree: string, step: Change): boolean {
  try {
    return doChange(tree, step);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && EXPECTED_ERRORS.includes(String(error.code)))) {
      throw error;
    }
    return false;
  }
}

function doChange(tree: string, { kind, pick, path: place, value: number }: Change): boolean {
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
      return true;
    case "edit in place":
      return editInPlace(target, `edited ${"y".repeat(number)}`);
    case "hidden edit":
      return editKeepingSizeAndTime(target);
    case "mkdir":
      return mkdirSync(fresh, { recursive: true }) !== undefined;
    case "remove":
      rmSync(target, { recursive: true });
      return true;
    case "replace":
      return replaceByOtherType(target, number);
    case "other case":
      return changeCase(target);
    case "fifo":
      return run("mkfifo", [fresh]);
    case "link":
      linkSync(target, fresh);
      return true;
    case "symlink":
      symlinkSync(place, fresh);
      return true;
    case "rename":
      renameSync(target, fresh);
      return true;
    case "swap":
      return swap(target, fresh);
    case "chmod":
      return changeMode(target, 0o700 + number * 0o11);
    case "touch":
      (lstatSync(target).isSymbolicLink() ? lutimesSync : utimesSync)(target, 1e9, 1e9 + number);
      return true;
    case "xattr":
      return run("setfattr", ["-n", "user.test", "-v", String(number), "--", target]);
    case "no xattr":
      return run("setfattr", ["-x", "user.test", "--", target]);
    case "acl":
      return run("setfacl", ["-m", `u:${number + 1}:rwx`, "--", target]);
    case "no acl":
      return run("setfacl", ["-b", "--", target]);
    case "chown":
      return run("chown", ["-h", `${number}:${number}`, "--", target]);
  }
}

function replaceByOtherType(target: string, number: number): boolean {
  const status = lstatSync(target);
  const now = status.isDirectory() ? "folder" : status.isSymbolicLink() ? "symlink" : status.isFIFO() ? "fifo" : "file";
  const others = TYPES.filter((type) => type !== now);
  rmSync(target, { recursive: true });
  switch (others[number % others.length]) {
    case "file":
      writeFileSync(target, "z".repeat(number));
      return true;
    case "folder":
      mkdirSync(target);
      return true;
    case "symlink":
      symlinkSync("replaced", target);
      return true;
    default:
      return run("mkfifo", [target]);
  }
}

function changeCase(target: string): boolean {
  const lower = basename(target).toLowerCase();
  const other = lower === basename(target) ? basename(target).toUpperCase() : lower;
  const fresh = join(dirname(target), other);
  if (fresh === target || existsSync(fresh)) {
    return false;
  }
  renameSync(target, fresh);
  return true;
}

function editInPlace(target: string, content: string): boolean {
  const isFile = lstatSync(target).isFile();
  if (isFile) {
    writeFileSync(target, content);
  }
  return isFile;
}

function changeMode(target: string, mode: number): boolean {
  const hasMode = !lstatSync(target).isSymbolicLink();
  if (hasMode) {
    chmodSync(target, mode);
  }
  return hasMode;
}

function editKeepingSizeAndTime(target: string): boolean {
  const status = lstatSync(target, { bigint: true });
  if (!status.isFile() || status.size === 0n) {
    return false;
  }
  const content = readFileSync(target);
  content[0] = ((content[0] ?? 0) + 1) % 256;
  writeFileSync(target, content);
  // touch keeps the nanoseconds, which node does not.
  const seconds = status.mtimeNs / 1_000_000_000n;
  const rest = String(status.mtimeNs % 1_000_000_000n).padStart(9, "0");
  return run("touch", ["-m", "-d", `@${seconds}.${rest}`, "--", target]);
}

function swap(a: string, b: string): boolean {
  const aside = `${a}.aside`;
  if (a === b || !existsSync(a) || !existsSync(b) || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)) {
    return false;
  }
  renameSync(a, aside);
  renameSync(b, a);
  renameSync(aside, b);
  return true;
}

/** Whether a program succeeded. */
export function run(program: string, args: string[]): boolean {
  return spawnSync(program, args).status === 0;
}
