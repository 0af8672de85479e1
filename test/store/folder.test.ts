import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { bytePathFromLatin1, bytePathFromText } from "../../src/path/byte-path.ts";
import { Folder, parseEntries } from "../../src/store/folder.ts";
import {
  changeNames,
  copyAttributes,
  type FolderWork,
  removeEntry,
  renewFolders,
} from "../../src/store/folder-work.ts";
import { temporaryFolder } from "./make-store.ts";

const name = bytePathFromText;
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const STRANGE = bytePathFromLatin1("\xff line\nend d - x");

test("a folder says what lies in it: types, inodes and any names, sorted as bytes", (t) => {
  const path = temporaryFolder(t);
  mkdirSync(join(path, "folder"));
  mkdirSync(join(path, "d - again"));
  writeFileSync(join(path, "file"), "");
  writeFileSync(Buffer.from(`${path}/${STRANGE}`, "latin1"), "");
  symlinkSync("folder", join(path, "link"));
  execFileSync("mkfifo", [join(path, "pipe")]);
  withFolder(path, (folder) => {
    const bytes = folder.read();
    const inode = (of: string) => String(lstatSync(join(path, of)).ino);
    assert.deepEqual(parseEntries(bytes), [
      { type: "d", inode: "-", name: "d - again" },
      { type: "f", inode: inode("file"), name: "file" },
      { type: "d", inode: "-", name: "folder" },
      { type: "l", inode: inode("link"), name: "link" },
      { type: "p", inode: inode("pipe"), name: "pipe" },
      {
        type: "f",
        inode: String(lstatSync(Buffer.from(`${path}/${STRANGE}`, "latin1")).ino),
        name: STRANGE,
      },
    ]);
    assert.deepEqual(folder.read(), bytes, "once more, from the beginning");
  });
});

test("an empty folder holds nothing", (t) => {
  withFolder(temporaryFolder(t), (folder) => {
    assert.deepEqual(parseEntries(folder.read()), []);
  });
});

test("more names than one reading of a folder gives are all there", (t) => {
  const path = temporaryFolder(t);
  const names = Array.from({ length: 5_000 }, (_, index) => `${"long".repeat(40)}-${String(index).padStart(4, "0")}`);
  for (const each of names) {
    writeFileSync(join(path, each), "");
  }
  withFolder(path, (folder) =>
    assert.deepEqual(
      parseEntries(folder.read()).map((entry) => entry.name),
      names,
    ),
  );
});

test("a link is not opened as a folder, nor is a file", (t) => {
  const path = temporaryFolder(t);
  mkdirSync(join(path, "folder"));
  writeFileSync(join(path, "file"), "");
  symlinkSync("folder", join(path, "link"));
  withFolder(path, (folder) => {
    assert.throws(() => folder.open(name("link")), /ENOTDIR|ELOOP|Not a directory/);
    assert.throws(() => folder.open(name("file")), { code: "ENOTDIR" });
    assert.throws(() => folder.open(name("absent")), { code: "ENOENT" });
    assert.throws(() => folder.open(name("n".repeat(300))), { code: "ENAMETOOLONG" });
    const inner = folder.open(name("folder"));
    assert.equal(inner.path, "folder");
    assert.equal(inner.pathOf(name("x")), "folder/x");
    inner.close();
  });
});

test("names are removed and linked, and what is in the way is an error that names it", async (t) => {
  const path = temporaryFolder(t);
  mkdirSync(join(path, "from"));
  mkdirSync(join(path, "to/folder"), { recursive: true });
  for (const each of ["from/a", "from/b", "from/replaced", "to/b", "to/old", "to/replaced"]) {
    writeFileSync(join(path, each), each);
  }
  const [from, to] = [Folder.top(join(path, "from")), Folder.top(join(path, "to"))];
  const change = (removed: string[], linked: string[]) =>
    changeNames(from, to, { removed: removed.map(name), linked: linked.map(name) });
  try {
    assert.deepEqual(await change(["old", "replaced"], ["a", "replaced"]), []);
    assert.deepEqual(readdirSync(join(path, "to")), ["a", "b", "folder", "replaced"]);
    for (const each of ["a", "replaced"]) {
      assert.equal(statSync(join(path, "to", each)).ino, statSync(join(path, "from", each)).ino);
    }
    await assert.rejects(change([], ["b"]), /cannot make "b" in the new snapshot: EEXIST/);
    await assert.rejects(change(["folder"], []), /cannot make "folder" in the new snapshot: EISDIR/);
    await assert.rejects(change([], ["absent"]), /cannot make "absent" in the new snapshot: ENOENT/);
  } finally {
    from.close();
    to.close();
  }
});

test("an ordinary user's folder that may not be written is changed all the same", (t) => {
  const path = temporaryFolder(t);
  const names = Array.from({ length: 20 }, (_, index) => `${index}`);
  for (const folder of ["from", "to"]) {
    mkdirSync(join(path, folder));
    for (const each of names) {
      writeFileSync(join(path, folder, each), folder);
    }
  }
  if (isRoot) {
    execFileSync("chown", ["-R", `${NOBODY}:${NOBODY}`, path]);
  }
  chmodSync(join(path, "to"), 0o555);
  const script = `
    import { Folder } from "${join(import.meta.dirname, "../../src/store/folder.ts")}";
    import { changeNames } from "${join(import.meta.dirname, "../../src/store/folder-work.ts")}";
    const names = ${JSON.stringify(names)};
    const found = await changeNames(Folder.top("${path}/from"), Folder.top("${path}/to"), { removed: names, linked: names });
    process.exitCode = found.length === 0 ? 0 : 1;`;
  writeFileSync(join(path, "change.mts"), script);
  execFileSync(
    process.execPath,
    ["--import", "tsx", join(path, "change.mts")],
    isRoot ? { uid: NOBODY, gid: NOBODY } : {},
  );
  for (const each of names) {
    assert.equal(statSync(join(path, "to", each)).ino, statSync(join(path, "from", each)).ino);
  }
});

test("a folder is removed with all that is in it, one that may not be written too", (t) => {
  const path = temporaryFolder(t);
  mkdirSync(join(path, "folder/inner"), { recursive: true });
  writeFileSync(join(path, "kept"), "");
  linkSync(join(path, "kept"), join(path, "folder/inner/file"));
  symlinkSync("../kept", join(path, "folder/link"));
  chmodSync(join(path, "folder/inner"), 0o500);
  withFolder(path, (folder) => {
    removeEntry(folder, { type: "d", name: name("folder") });
    assert.deepEqual(
      parseEntries(folder.read()).map((entry) => entry.name),
      ["kept"],
    );
  });
});

test("a folder gets all attributes of another one, loses its own, and is left alone when it has them", (t) => {
  const path = temporaryFolder(t);
  const [from, to] = [join(path, "from"), join(path, "to")];
  const shell = (command: string) => execFileSync("sh", ["-c", command], { cwd: path });
  mkdirSync(from);
  mkdirSync(to);
  shell("setfattr -n user.kept -v same from; setfattr -n user.kept -v other to; setfattr -n user.own -v x to");
  shell("setfacl -m u:12345:rx from; setfacl -d -m g:54321:rwx from; setfacl -m u:777:rwx to; chmod g+s from");
  if (isRoot) {
    shell("chown 4321:1234 from; setfattr -n trusted.label -v t from; setfattr -n trusted.own -v t to");
  }
  shell("touch -d '2001-02-03 04:05:06.123456789' from");
  const look = (folder: string) =>
    shell(`cd ${folder}; getfattr -d -m - -e hex . ; getfacl -n . 2>&1; stat -c '%u %g %a %y' .`).toString();
  const give = () =>
    withFolder(from, (source) => {
      withFolder(to, (target) => copyAttributes(source, target));
    });
  give();
  assert.equal(look("to"), look("from"));
  assert.doesNotMatch(look("to"), /\.own/);
  const before = statSync(to, { bigint: true }).ctimeNs;
  give();
  assert.equal(statSync(to, { bigint: true }).ctimeNs, before);
});

/** Two folders: what the second one has is a link to what the first one has only where a test says so. */
function twoFolders(t: TestContext, wanted: readonly string[], present: readonly string[]): [string, string] {
  const path = temporaryFolder(t);
  for (const [folder, entries] of [
    ["from", wanted],
    ["to", present],
  ] as const) {
    mkdirSync(join(path, folder));
    for (const entry of entries) {
      if (entry.endsWith("/")) {
        mkdirSync(join(path, folder, entry));
      } else {
        writeFileSync(join(path, folder, entry), folder);
      }
    }
  }
  return [join(path, "from"), join(path, "to")];
}

async function renew(from: string, to: string, isNew = false): Promise<Omit<FolderWork, "path"> | undefined> {
  const [source, target] = [Folder.top(from), Folder.top(to)];
  try {
    const [work, ...others] = await renewFolders(source, target, [{ path: name(""), isNew }]);
    assert.equal(work?.path, "");
    assert.deepEqual(others, []);
    const { path: _, ...left } = work;
    return left;
  } finally {
    source.close();
    target.close();
  }
}

function inodes(folder: string): [string, number][] {
  return readdirSync(folder).map((each) => [each, lstatSync(join(folder, each)).ino]);
}

test("a folder is made the same as another one: what it has too much goes, what is another inode is replaced", async (t) => {
  const [from, to] = twoFolders(t, ["edited", "new", "folder/"], ["edited", "gone", "folder/", "gone too"]);
  writeFileSync(join(from, STRANGE), "");
  linkSync(join(from, "new"), join(from, "same"));
  linkSync(join(from, "same"), join(to, "same"));
  utimesSync(from, 1_000, 2_000);
  assert.deepEqual(await renew(from, to), { folders: ["folder"], removed: [], made: [], linked: [], done: true });
  const files = (folder: string) => inodes(folder).filter(([each]) => each !== "folder");
  assert.deepEqual(files(to), files(from));
  assert.equal(statSync(to).mtimeMs, 2_000_000);
  const before = statSync(to, { bigint: true }).ctimeNs;
  await renew(from, to);
  assert.equal(statSync(to, { bigint: true }).ctimeNs, before, "what is the same is left alone");
});

test("a new folder gets everything, and an empty one is made empty", async (t) => {
  const [from, to] = twoFolders(t, ["a", "b"], []);
  assert.equal((await renew(from, to, true))?.done, true);
  assert.deepEqual(inodes(to), inodes(from));
  const [none, some] = twoFolders(t, [], ["a", "b"]);
  assert.equal((await renew(none, some))?.done, true);
  assert.deepEqual(readdirSync(some), []);
});

test("where folders come or go nothing is changed, and all that is to be done is said", async (t) => {
  const [from, to] = twoFolders(
    t,
    ["edited", "folder/", "new", "new folder/", "was a file/", "was a folder"],
    ["edited", "folder/", "gone", "was a file", "was a folder/"],
  );
  const before = inodes(to);
  assert.deepEqual(await renew(from, to), {
    folders: ["folder"],
    removed: [
      { type: "f", name: "edited" },
      { type: "f", name: "gone" },
      { type: "f", name: "was a file" },
      { type: "d", name: "was a folder" },
    ],
    made: ["new folder", "was a file"],
    linked: ["edited", "new", "was a folder"],
    done: false,
  });
  assert.deepEqual(inodes(to), before);
});

test("what cannot be linked is left, and the attributes with it", { skip: !isRoot }, async (t) => {
  const [from, to] = twoFolders(t, ["a", "b"], ["b"]);
  const elsewhere = join(temporaryFolder(t), "elsewhere");
  mkdirSync(elsewhere);
  execFileSync("mount", ["-t", "tmpfs", "none", elsewhere]);
  try {
    assert.deepEqual(await renew(from, elsewhere), {
      folders: [],
      removed: [],
      made: [],
      linked: ["a", "b"],
      done: false,
    });
  } finally {
    execFileSync("umount", [elsewhere]);
  }
  assert.equal((await renew(from, to))?.done, true);
});

test("many folders are renewed at once, by their paths, and each says what is left of it", async (t) => {
  const [from, to] = twoFolders(t, ["a/", "a/b/", "a/b/file", "c/", "c/new/"], ["a/", "a/b/", "c/", "c/old"]);
  const [source, target] = [Folder.top(from), Folder.top(to)];
  const paths = ["", "a", "a/b", "c"];
  try {
    const works = await renewFolders(
      source,
      target,
      paths.map((path) => ({ path: name(path), isNew: false })),
    );
    assert.deepEqual(
      works.map(({ path, folders, made, removed, done }) => ({ path, folders, made, removed, done })),
      [
        { path: "", folders: ["a", "c"], made: [], removed: [], done: true },
        { path: "a", folders: ["b"], made: [], removed: [], done: true },
        { path: "a/b", folders: [], made: [], removed: [], done: true },
        { path: "c", folders: [], made: ["new"], removed: [{ type: "f", name: "old" }], done: false },
      ],
    );
    assert.deepEqual(inodes(join(to, "a/b")), inodes(join(from, "a/b")));
  } finally {
    source.close();
    target.close();
  }
});

test("a folder that cannot be read, or is a link, is an error with its path", async (t) => {
  const [from, to] = twoFolders(t, ["inner/", "inner/folder/"], ["inner/"]);
  symlinkSync("../../from/inner", join(to, "inner/folder"));
  const [source, target] = [Folder.top(from), Folder.top(to)];
  try {
    for (const [path, code] of [
      ["inner/folder", "(ENOTDIR|ELOOP)"],
      ["inner/absent", "ENOENT"],
      [`inner/${"long".repeat(1000)}`, "ENAMETOOLONG"],
    ] as const) {
      await assert.rejects(renewFolders(source, target, [{ path: name(path), isNew: false }]), {
        name: "StoreError",
        message: new RegExp(`cannot read the folder "${path}" in the store: ${code}`),
      });
    }
  } finally {
    source.close();
    target.close();
  }
});

function withFolder(path: string, look: (folder: Folder) => void): void {
  const folder = Folder.top(path);
  try {
    look(folder);
  } finally {
    folder.close();
  }
}
