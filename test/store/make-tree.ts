import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { below, bytePathFromLatin1 } from "../../src/path/byte-path.ts";

/** A name that is not UTF-8, one character a byte. */
export const LATIN1_NAME = "caf\xe9 \xff";
export const NEWLINE_NAME = "two\nlines";

const AWKWARD_NAMES = [
  NEWLINE_NAME,
  " blank ",
  "-rf",
  "back\\slash",
  "\\#012",
  LATIN1_NAME,
  "#hash",
  ";semi",
  "*[?]",
  "na\u00c3\u00afve",
];

export const isRoot = process.getuid?.() === 0;

/** Builds a tree with everything that is easy to lose. Needs setfacl, setfattr and mkfifo; devices only as root. */
export function makeTree(folder: string): void {
  mkdirSync(join(folder, "deep/er/and/deeper/still"), { recursive: true });
  mkdirSync(join(folder, "empty folder"));
  mkdirSync(join(folder, "names"));
  writeFileSync(join(folder, "deep/er/and/deeper/still/here"), "found\n");
  writeFileSync(join(folder, "zero"), "");
  writeFileSync(join(folder, "#hash at the top"), "no comment");
  writeFileSync(join(folder, ";semicolon at the top"), "no comment");
  for (const name of AWKWARD_NAMES) {
    const path = bytePathFromLatin1(`names/${name}`);
    writeFileSync(below(folder, path), name);
    mkdirSync(below(folder, bytePathFromLatin1(`${path}.d`)));
    writeFileSync(below(folder, bytePathFromLatin1(`${path}.d/${name}`)), `inside ${name}`);
  }
  makeLinks(folder);
  makeSparse(join(folder, "sparse"));
  makeAttributes(folder);
  setTimes(folder);
}

function makeLinks(folder: string): void {
  writeFileSync(join(folder, "linked-1"), "one inode, three names\n");
  linkSync(join(folder, "linked-1"), join(folder, "deep/linked-2"));
  linkSync(join(folder, "linked-1"), join(folder, "linked-3"));
  symlinkSync("zero", join(folder, "link"));
  symlinkSync("/nowhere/at all", join(folder, "dangling"));
  symlinkSync("deep", join(folder, "link-to-folder"));
  execFileSync("mkfifo", [join(folder, "fifo")]);
  if (isRoot) {
    execFileSync("mknod", [join(folder, "null"), "c", "1", "3"]);
  }
}

function makeSparse(path: string): void {
  const fd = openSync(path, "w");
  writeSync(fd, "start", 0);
  writeSync(fd, "far away", 4_000_000);
  closeSync(fd);
  truncateSync(path, 8_000_000);
}

function makeAttributes(folder: string): void {
  for (const [name, mode] of [
    ["setuid", 0o4755],
    ["setgid", 0o2750],
    ["read-only", 0o400],
  ] as const) {
    writeFileSync(join(folder, name), name);
    if (isRoot) {
      execFileSync("chown", ["1234:4321", join(folder, name)]);
    }
    chmodSync(join(folder, name), mode);
  }
  mkdirSync(join(folder, "sticky"));
  chmodSync(join(folder, "sticky"), 0o1777);
  writeFileSync(join(folder, "acl"), "acl");
  execFileSync("setfacl", ["-m", "u:1234:rw,g:4321:r", join(folder, "acl")]);
  execFileSync("setfacl", ["-d", "-m", "u:1234:rwx", join(folder, "empty folder")]);
  writeFileSync(join(folder, "xattr"), "xattr");
  execFileSync("setfattr", ["-n", "user.note", "-v", "two words", join(folder, "xattr")]);
  execFileSync("setfattr", ["-n", "user.folder", "-v", "1", join(folder, "deep")]);
}

function setTimes(folder: string): void {
  utimesSync(join(folder, "zero"), 1_000_000_000, 1_000_000_000.25);
  lutimesSync(join(folder, "link"), 1_100_000_000, 1_100_000_000.5);
  utimesSync(join(folder, "deep/er/and"), 1_200_000_000, 1_200_000_000.75);
  utimesSync(join(folder, "names"), 1_300_000_000, 1_300_000_000);
  utimesSync(folder, 1_400_000_000, 1_400_000_000);
}
