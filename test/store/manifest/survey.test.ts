import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type BytePath, bytePathFromLatin1 } from "../../../src/path/byte-path.ts";
import { formatEntry } from "../../../src/store/manifest/mtree.ts";
import { entryOf, lineOf, surveyPaths, surveyTree } from "../../../src/store/manifest/survey.ts";
import type { SurveyedEntry } from "../../../src/store/manifest/survey-piece.ts";
import { temporaryFolder } from "../make-store.ts";
import "../../seed.ts";

const isRoot = process.getuid?.() === 0;

async function survey(tree: string): Promise<SurveyedEntry[]> {
  const all: SurveyedEntry[] = [];
  for await (const piece of surveyTree(tree)) {
    all.push(...piece);
  }
  return all;
}

/** The paths of a tree as find gives them, with the top, sorted by their bytes. */
function pathsOf(tree: string): BytePath[] {
  const found = execFileSync("find", [".", "-xdev", "-printf", "%P\\0"], { cwd: tree, maxBuffer: 1e8 });
  return found.toString("latin1").split("\0").slice(0, -1).map(bytePathFromLatin1).sort();
}

/** What each path looks like, looked at one by one. */
function linesOneByOne(tree: string): string[] {
  return surveyPaths(tree, pathsOf(tree)).map(formatEntry);
}

test("a survey has the lines that each entry has by itself: all types, attributes, times and names", async (t) => {
  const tree = temporaryFolder(t);
  const shell = (command: string) => execFileSync("bash", ["-c", command], { cwd: tree });
  mkdirSync(join(tree, "folder/inner"), { recursive: true });
  writeFileSync(join(tree, "folder/file"), "contents");
  linkSync(join(tree, "folder/file"), join(tree, "linked"));
  symlinkSync("folder/file", join(tree, "link"));
  symlinkSync(Buffer.from("\xff to\n#nowhere", "latin1"), join(tree, "odd link"));
  shell("mkfifo pipe; touch $'new\\nline' $'\\xff\\x80' 'a#b*c?d[e\\f' '~!\"$%&()+,-.:;<=>@]^_`{|}' $'\\x7f'");
  shell(
    "setfattr -n user.b -v 1 folder/file; setfattr -n user.a -v 2 folder/file; setfattr -n user.empty folder/inner",
  );
  shell("setfacl -m u:12345:rx folder; setfacl -d -m g:54321:rwx folder");
  shell("touch -d '1969-12-31 23:59:58.25' pipe; touch -d '2001-02-03 04:05:06.123456789' folder; chmod 6751 linked");
  if (isRoot) {
    shell("chown 4321:1234 folder/inner; mknod device c 300 70000; mknod block b 7 0; chmod 000 pipe");
    shell("setfattr -n trusted.t -v x folder/file; setfattr -h -n trusted.l -v y link; setfattr -n user.top -v z .");
  }
  const surveyed = await survey(tree);
  assert.deepEqual(
    surveyed.map((each) => lineOf(each)),
    linesOneByOne(tree),
  );
  assert.deepEqual(surveyed.map(entryOf), surveyPaths(tree, pathsOf(tree)));
  const [file] = surveyed.filter(({ path }) => path === "folder/file");
  assert.match(
    lineOf(file ?? assert.fail(), "abc"),
    / time=[0-9.]+ sha256=abc tags=inode:[0-9]+,xattrs:[0-9a-f]{32}\n$/,
  );
  for (const { path, type, inode, size, time } of surveyed) {
    const [entry] = surveyPaths(tree, [path]);
    assert.deepEqual({ path, type, inode, size, time }, pick(entry ?? assert.fail()));
  }
});

function pick({ path, type, inode, size, time }: ReturnType<typeof entryOf>) {
  return { path, type, inode, size, time };
}

test("whatever the names are, a survey is sorted by the bytes of the whole paths", async (t) => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "-", ".", "0", "\xe9", " "), minLength: 1, maxLength: 3 });
  const path = fc.array(
    name.filter((each) => each !== "." && each !== ".."),
    { minLength: 1, maxLength: 4 },
  );
  const parent = temporaryFolder(t);
  await fc.assert(
    fc.asyncProperty(fc.array(path, { maxLength: 25 }), async (paths) => {
      const tree = join(parent, "tree");
      rmSync(tree, { recursive: true, force: true });
      mkdirSync(tree);
      for (const each of paths) {
        const place = Buffer.from(join(tree, ...each), "latin1");
        try {
          mkdirSync(Buffer.from(dirname(place.toString("latin1")), "latin1"), { recursive: true });
          writeFileSync(place, "");
        } catch {
          // A file where a folder is wanted, or the other way round.
        }
      }
      assert.deepEqual(
        (await survey(tree)).map((entry) => entry.path),
        pathsOf(tree),
      );
    }),
    { numRuns: 60 },
  );
});

test("many files, in one folder and in many, are all there", async (t) => {
  const tree = temporaryFolder(t);
  const make = "mkdir large; touch large/{1..5000}; for i in {1..300}; do mkdir -p many/$i/x; : >many/$i/x/y; done";
  execFileSync("bash", ["-c", make], { cwd: tree });
  assert.deepEqual(
    (await survey(tree)).map(({ path }) => path),
    pathsOf(tree),
  );
});

test("another file system is named and not looked into", { skip: !isRoot }, async (t) => {
  const tree = temporaryFolder(t);
  mkdirSync(join(tree, "mounted"));
  execFileSync("mount", ["-t", "tmpfs", "none", join(tree, "mounted")]);
  try {
    writeFileSync(join(tree, "mounted/file"), "");
    assert.deepEqual(
      (await survey(tree)).map(({ path }) => path),
      ["", "mounted"],
    );
  } finally {
    execFileSync("umount", [join(tree, "mounted")]);
  }
});

test("a part that cannot be read ends a survey, with its path", async (t) => {
  const tree = temporaryFolder(t);
  mkdirSync(join(tree, "folder/closed"), { recursive: true });
  await assert.rejects(survey(join(tree, "absent")), { name: "TransferError", message: /cannot be opened: ENOENT/ });
  if (isRoot) {
    return;
  }
  chmodSync(join(tree, "folder/closed"), 0o000);
  t.after(() => chmodSync(join(tree, "folder/closed"), 0o700));
  await assert.rejects(survey(tree), { name: "TransferError", message: /folder\/closed: Permission denied/ });
});
