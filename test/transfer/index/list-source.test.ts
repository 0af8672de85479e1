import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ListingError, type ListOptions, listSource } from "../../../src/transfer/index/list-source.ts";
import { temporaryFolder } from "../../store/make-store.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const FORMAT = "%y%m %i %n %U:%G %s %T@ %C@ %P\\0";
/** Long after anything that these tests make: nothing is racy. */
const LATER = Date.now() / 1000 + 3600;

test("a source is listed as find lists it: every type, mode, owner, time and name, and the same way every time", async (t) => {
  const source = temporaryFolder(t);
  const shell = (command: string) => execFileSync("bash", ["-c", command], { cwd: source });
  mkdirSync(join(source, "folder/inner/deep"), { recursive: true });
  mkdirSync(join(source, "empty"));
  writeFileSync(join(source, "folder/file"), "contents");
  linkSync(join(source, "folder/file"), join(source, "folder/inner/another name"));
  symlinkSync("folder/file", join(source, "link"));
  symlinkSync("folder", join(source, "link to a folder"));
  shell("mkfifo pipe; chmod 4755 folder/file; chmod 1777 empty; mkdir none; chmod 000 pipe");
  shell("touch -d '1969-12-31 23:59:58.25' folder/inner/before; touch -d '2001-02-03 04:05:06.123456789' folder/inner");
  shell("touch -d 1960-01-01 empty; touch $'new\\nline' $'\\xff' '!mark x'");
  if (isRoot) {
    shell("chown 4321:1234 folder/inner; chown -h 1:2 link; mknod device c 1 3; mknod block b 7 0");
  }
  const listed = await list({ source });
  assert.deepEqual([...listed].sort(), find(source));
  assert.deepEqual(await list({ source }), listed);
  assert.match(listed[0] ?? "", /^d700 .* $/, "the source itself comes first, without a path");
});

test("more files than a piece holds, in one folder and in many, are all there once", async (t) => {
  const source = temporaryFolder(t);
  mkdirSync(join(source, "large"));
  execFileSync(
    "bash",
    ["-c", "touch large/{1..12000}; for i in {1..700}; do mkdir -p many/$i/x; : >many/$i/x/y; done"],
    {
      cwd: source,
    },
  );
  const listed = await list({ source });
  assert.deepEqual([...listed].sort(), find(source));
  assert.deepEqual(await list({ source }), listed);
  assert.equal(listed.length, 12_000 + 3 * 700 + 3);
});

test("what changed just before, or after, is marked as racy; the file that is kept says the same", async (t) => {
  const source = temporaryFolder(t);
  writeFileSync(join(source, "file"), "");
  const saveTo = join(temporaryFolder(t), "listing");
  const racy = await list({ source, now: Date.now() / 1000, mark: "abc", saveTo });
  assert.deepEqual(
    racy.map((line) => line.slice(0, 5)),
    ["!abc ", "!abc "],
  );
  assert.equal(readFileSync(saveTo, "latin1"), racy.map((line) => `${line}\0`).join(""));
  assert.deepEqual(
    racy.map((line) => line.slice(5)),
    await list({ source }),
  );
});

test("another file system is named, and not looked into", { skip: !isRoot }, async (t) => {
  const source = temporaryFolder(t);
  mkdirSync(join(source, "mounted"));
  execFileSync("mount", ["-t", "tmpfs", "none", join(source, "mounted")]);
  try {
    writeFileSync(join(source, "mounted/file"), "");
    const listed = await list({ source });
    assert.deepEqual([...listed].sort(), find(source));
    assert.equal(listed.length, 2);
  } finally {
    execFileSync("umount", [join(source, "mounted")]);
  }
});

test("a source that cannot be read as a whole has no listing, and the error says where", async (t) => {
  const source = temporaryFolder(t);
  mkdirSync(join(source, "folder/closed"), { recursive: true });
  writeFileSync(join(source, "folder/closed/file"), "");
  await assert.rejects(list({ source: join(source, "absent") }), {
    name: "Error",
    message: /cannot be opened: ENOENT/,
  });
  await assert.rejects(list({ source: join(source, "absent") }), ListingError);
  if (isRoot) {
    execFileSync("chown", ["-R", `${NOBODY}:${NOBODY}`, source]);
  }
  for (const [mode, said] of [
    [0o000, "folder/closed: Permission denied"],
    [0o400, "folder/closed: Permission denied"],
  ] as const) {
    chmodSync(join(source, "folder/closed"), mode);
    assert.match(listAsNobody(source), new RegExp(said));
  }
});

test("a listing that is stopped says so, and one that nobody reads to its end leaves nothing open", async (t) => {
  const source = temporaryFolder(t);
  execFileSync("bash", ["-c", "touch {1..9000}"], { cwd: source });
  const stop = new AbortController();
  stop.abort();
  await assert.rejects(list({ source, signal: stop.signal }), ListingError);
  for await (const piece of listSource({ source, excludedRoots: [], now: LATER, mark: "m" })) {
    assert.ok(piece.length > 0);
    break;
  }
  const open = execFileSync("readlink", ["-f", ...openDescriptors()], { encoding: "utf8" });
  assert.doesNotMatch(open, new RegExp(source));
});

function openDescriptors(): string[] {
  return Array.from({ length: 100 }, (_, fd) => `/proc/${process.pid}/fd/${fd}`).filter((path) => existsSync(path));
}

async function list(options: Partial<ListOptions> & { source: string }): Promise<string[]> {
  const pieces: Buffer[] = [];
  for await (const piece of listSource({ excludedRoots: [], now: LATER, mark: "m", ...options })) {
    pieces.push(piece);
  }
  return recordsOf(Buffer.concat(pieces));
}

function recordsOf(bytes: Buffer): string[] {
  const records = bytes.toString("latin1").split("\0");
  assert.equal(records.pop(), "");
  return records;
}

function find(source: string): string[] {
  const args = [".", "-xdev", "-printf", FORMAT];
  return recordsOf(execFileSync("find", args, { cwd: source, maxBuffer: 1e8 })).sort();
}

/** What another process says, which is not root. */
function listAsNobody(source: string): string {
  const script = `
    import { listSource } from "${join(import.meta.dirname, "../../../src/transfer/index/list-source.ts")}";
    try {
      for await (const _ of listSource({ source: "${source}", excludedRoots: [], now: 0, mark: "m" }));
    } catch (error) {
      console.log(error.message);
    }`;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  return execFileSync(process.execPath, args, {
    encoding: "utf8",
    cwd: join(import.meta.dirname, "../../.."),
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
}
