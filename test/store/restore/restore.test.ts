import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { StoreError } from "../../../src/errors/errors.ts";
import { below, bytePathFromLatin1, bytePathFromText } from "../../../src/path/byte-path.ts";
import { inStore } from "../../../src/store/layout.ts";
import { applyRestore } from "../../../src/store/restore/apply.ts";
import { countNew, planRestore, type RestorePlan, type RestoreRequest } from "../../../src/store/restore/plan.ts";
import { compareTrees } from "../compare-trees.ts";
import { temporaryStore } from "../make-store.ts";
import { LATIN1_NAME, makeTree, NEWLINE_NAME } from "../make-tree.ts";

const NAME = "2026-11-22T02-00-13Z";
const NOW = new Date("2026-11-23T10:00:00Z");
const REPLACED = ".bakup-replaced-2026-11-23T10-00-00Z";

/** A snapshot in a store, and a target beside the store that does not exist yet. */
function place(test: TestContext): { tree: string; snapshot: string; target: string; store: string } {
  const store = temporaryStore(test);
  const snapshot = join(store.path, NAME);
  mkdirSync(snapshot);
  return { tree: inStore(store, NAME), snapshot, store: store.path, target: join(dirname(store.path), "target") };
}

function request(tree: string, target: string, more: Partial<RestoreRequest> = {}): RestoreRequest {
  return { tree, target, paths: [], overwrite: false, delete: false, now: NOW, ...more };
}

function paths(list: readonly { path: string }[]): string[] {
  return list.map(({ path }) => path).sort();
}

function write(folder: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** The plan and its application, which must then find nothing more to do. */
async function restore(wanted: RestoreRequest): Promise<RestorePlan> {
  const plan = await planRestore(wanted, {});
  await applyRestore(plan, {});
  const again = await planRestore(wanted, {});
  assert.deepEqual([countNew(again), paths(again.overwrite), paths(again.delete)], [0, [], []]);
  assert.deepEqual(paths(again.conflict), paths(plan.conflict));
  return plan;
}

test("a whole snapshot restored to a new folder is identical in everything a file has", async (t) => {
  const { tree, snapshot, target } = place(t);
  makeTree(snapshot);
  const plan = await planRestore(request(tree, target), {});
  assert.equal(existsSync(target), false, "planning changes nothing");
  await applyRestore(plan, {});
  assert.deepEqual(compareTrees(snapshot, target), []);
  assert.equal(countNew(plan), Number(execFileSync("sh", ["-c", "find . -printf x | wc -c"], { cwd: snapshot })));
  assert.deepEqual([plan.overwrite, plan.conflict, plan.delete, plan.unchanged], [[], [], [], 0]);
});

test("an empty folder that a whole snapshot is restored to keeps its own attributes and gets all the rest", async (t) => {
  const { tree, snapshot, target } = place(t);
  makeTree(snapshot);
  const [made, names] = [new Date("2001-02-03T04:05:06Z"), ["#hash", "--delete", " blank", "new\nline"]];
  write(snapshot, Object.fromEntries(names.map((name) => [name, name])));
  chmodSync(snapshot, 0o755);
  mkdirSync(target, { mode: 0o700 });
  utimesSync(snapshot, made, made);
  await restore(request(tree, target));
  assert.equal(lstatSync(target).mode & 0o777, 0o700);
  assert.deepEqual(
    compareTrees(snapshot, target).filter((difference) => !/^(?:mode|mtime) b'\.' /.test(difference)),
    [],
  );
});

test("wanted paths keep their relative place and missing parents get the snapshot's attributes", async (t) => {
  const { tree, snapshot, target } = place(t);
  makeTree(snapshot);
  chmodSync(join(snapshot, "deep"), 0o710);
  const names = ["/deep/er/and/deeper/", `names/${NEWLINE_NAME}`, `names/${LATIN1_NAME}.d`, "dangling"];
  await restore(request(tree, target, { paths: names.map(bytePathFromLatin1) }));
  for (const name of ["deep", "deep/er/and", "deep/er/and/deeper/still/here"]) {
    const [was, is] = [
      lstatSync(join(snapshot, name), { bigint: true }),
      lstatSync(join(target, name), { bigint: true }),
    ];
    assert.deepEqual([name, is.mode, is.mtimeNs], [name, was.mode, was.mtimeNs]);
  }
  for (const name of [`names/${NEWLINE_NAME}`, `names/${LATIN1_NAME}.d/${LATIN1_NAME}`].map(bytePathFromLatin1)) {
    assert.deepEqual(readFileSync(below(target, name)), readFileSync(below(snapshot, name)));
  }
  assert.equal(readlinkSync(join(target, "dangling")), "/nowhere/at all");
  assert.deepEqual(readdirSync(target).sort(), ["dangling", "deep", "names"]);
});

test("names that rsync would take for comments or options are restored like any other", async (t) => {
  const { tree, snapshot, target } = place(t);
  const names = ["#hash/in", ";semi", "-rf", "*", " blank", "\\#012"];
  write(snapshot, Object.fromEntries(names.map((name) => [name, name])));
  write(target, { ";semi": "mine" });
  const plan = await restore(request(tree, target, { paths: names.map(bytePathFromText), overwrite: true }));
  assert.equal(plan.create.length + plan.overwrite.length, names.length + 1);
  for (const name of names) {
    assert.equal(readFileSync(join(target, name), "utf8"), name);
  }
  assert.equal(readFileSync(join(target, REPLACED, ";semi"), "utf8"), "mine");
});

test("parents that exist keep their attributes", async (t) => {
  const { tree, snapshot, target } = place(t);
  write(snapshot, { "etc/fstab": "disk" });
  mkdirSync(join(target, "etc"), { recursive: true });
  chmodSync(join(target, "etc"), 0o700);
  await restore(request(tree, target, { paths: [bytePathFromText("etc/fstab")], overwrite: true }));
  assert.equal(statSync(join(target, "etc")).mode & 0o777, 0o700);
});

/** same: equal; text: other content; mode: other mode; new: missing; extra…: not in the snapshot. */
function makeConflicts(snapshot: string, target: string): void {
  write(snapshot, {
    same: "same",
    text: "from the snapshot",
    mode: "mode",
    "folder/new": "new",
    "was-file": "file",
    "was-folder/in": "in",
  });
  execFileSync("cp", ["-a", snapshot, target]);
  write(target, { text: "mine", extra: "extra", "folder/extra": "extra", "extra-folder/a": "a" });
  chmodSync(join(target, "mode"), 0o600);
  execFileSync("rm", ["-r", "folder/new", "was-file", "was-folder"], { cwd: target });
  write(target, { "was-file/inner": "a folder now", "was-folder": "a file now" });
}

test("without overwrite nothing that exists changes, and each difference is a conflict", async (t) => {
  const { tree, snapshot, target } = place(t);
  makeConflicts(snapshot, target);
  execFileSync("cp", ["-a", target, `${target}.before`]);
  const plan = await restore(request(tree, target));
  assert.deepEqual(paths(plan.create), ["folder/new"]);
  assert.deepEqual(plan.conflict.map(({ path, why }) => `${path} ${why}`).sort(), [
    "mode attributes",
    "text content",
    "was-file type",
    "was-folder type",
    "was-folder/in parent",
  ]);
  assert.deepEqual(plan.unchanged, 3, "the top, same and folder");
  assert.equal(plan.bytes, 3);
  const differences = compareTrees(`${target}.before`, target).filter((line) => !line.startsWith("mtime b'./folder' "));
  assert.deepEqual(differences, ["only in second b'./folder/new'"]);
});

test("with overwrite the snapshot wins and what was there is kept in the folder for replaced files", async (t) => {
  const { tree, snapshot, target } = place(t);
  makeConflicts(snapshot, target);
  const inode = statSync(join(target, "text")).ino;
  const plan = await restore(request(tree, target, { overwrite: true }));
  assert.deepEqual(plan.conflict, []);
  assert.equal(plan.replaced, REPLACED);
  const replaced = join(target, REPLACED);
  assert.equal(readFileSync(join(target, "text"), "utf8"), "from the snapshot");
  assert.equal(readFileSync(join(replaced, "text"), "utf8"), "mine");
  assert.equal(statSync(join(replaced, "text")).ino, inode, "moved, not copied");
  assert.equal(statSync(join(replaced, "mode")).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(replaced, "was-file/inner"), "utf8"), "a folder now");
  assert.equal(readFileSync(join(replaced, "was-folder"), "utf8"), "a file now");
  assert.deepEqual(readdirSync(replaced).sort(), ["mode", "text", "was-file", "was-folder"]);
  execFileSync("rm", ["-r", REPLACED, "extra", "folder/extra", "extra-folder"], { cwd: target });
  const differences = compareTrees(snapshot, target).filter((line) => !/^mtime b'\.(\/folder)?' /.test(line));
  assert.deepEqual(differences, []);
});

test("with delete what the snapshot lacks is moved away, only below the restored paths", async (t) => {
  const { tree, snapshot, target } = place(t);
  makeConflicts(snapshot, target);
  const plan = await restore(request(tree, target, { paths: [bytePathFromText("folder")], delete: true }));
  assert.deepEqual(paths(plan.delete), ["folder/extra"]);
  assert.equal(readFileSync(join(target, REPLACED, "folder/extra"), "utf8"), "extra");
  assert.equal(existsSync(join(target, "extra")), true);
});

test("with delete and overwrite the target becomes the snapshot, and earlier replaced files stay", async (t) => {
  const { tree, snapshot, target } = place(t);
  makeTree(snapshot);
  makeConflicts(snapshot, target);
  write(target, { ".bakup-replaced-2026-01-01T00-00-00Z/old": "old" });
  utimesSync(snapshot, 1_500_000_000, 1_500_000_000);
  await restore(request(tree, target, { overwrite: true, delete: true }));
  assert.equal(readFileSync(join(target, REPLACED, "extra-folder/a"), "utf8"), "a");
  assert.equal(statSync(target).mtimeMs, 1_500_000_000_000);
  execFileSync("sh", ["-c", `rm -r .bakup-replaced-* && touch -r ${snapshot} .`], { cwd: target });
  assert.deepEqual(compareTrees(snapshot, target), []);
});

test("a copy that was damaged in every way becomes the snapshot again, and the damaged one is kept", async (t) => {
  const { tree, snapshot, target } = place(t);
  makeTree(snapshot);
  execFileSync("cp", ["-a", snapshot, target]);
  const damage = [
    "chmod 600 linked-1",
    "rm linked-3 && cp -a linked-1 linked-3",
    "chmod 700 fifo",
    "touch -h -d 2020-01-01 link",
    "ln -sfn elsewhere dangling",
    "setfacl -b acl && setfattr -x user.note xattr && setfattr -n user.other -v 1 zero",
    "rm -r sticky && ln -s deep sticky",
    "rm setuid && mkdir setuid && touch setuid/inside",
    "chmod 711 deep && setfattr -x user.folder deep",
    "echo more >> sparse",
  ].join(" && ");
  execFileSync("sh", ["-c", damage], { cwd: target });
  execFileSync("cp", ["-a", target, `${target}.damaged`]);
  const plan = await restore(request(tree, target, { overwrite: true, delete: true }));
  assert.deepEqual(
    plan.overwrite.filter(({ why }) => why === "type").map(({ path }) => path),
    ["setuid", "sticky"],
  );
  const kept = join(target, REPLACED);
  for (const name of ["linked-1", "fifo", "link", "dangling", "acl", "xattr", "sticky", "setuid", "deep"]) {
    const [was, is] = [lstatSync(join(`${target}.damaged`, name)), lstatSync(join(kept, name))];
    assert.deepEqual([name, is.mode, is.uid], [name, was.mode, was.uid]);
  }
  assert.equal(readlinkSync(join(kept, "dangling")), "elsewhere");
  execFileSync("sh", ["-c", `rm -r ${REPLACED} && touch -r ${snapshot} .`], { cwd: target });
  assert.deepEqual(compareTrees(snapshot, target), []);
});

test("replacing attributes leaves other links of the file alone", async (t) => {
  const { tree, snapshot, target } = place(t);
  write(snapshot, { file: "x" });
  chmodSync(join(snapshot, "file"), 0o640);
  execFileSync("cp", ["-a", snapshot, target]);
  chmodSync(join(target, "file"), 0o604);
  linkSync(join(target, "file"), `${target}.elsewhere`);
  await restore(request(tree, target, { overwrite: true }));
  assert.equal(statSync(join(target, "file")).mode & 0o777, 0o640);
  assert.equal(statSync(`${target}.elsewhere`).mode & 0o777, 0o604);
});

test("a new link of a file that stays different gets the snapshot's content", async (t) => {
  const { tree, snapshot, target } = place(t);
  write(snapshot, { a: "from the snapshot" });
  linkSync(join(snapshot, "a"), join(snapshot, "b"));
  write(target, { a: "mine" });
  const plan = await restore(request(tree, target));
  assert.deepEqual([paths(plan.create), paths(plan.conflict), plan.bytes], [["b"], ["a"], 17]);
  assert.equal(readFileSync(join(target, "a"), "utf8"), "mine");
  assert.equal(readFileSync(join(target, "b"), "utf8"), "from the snapshot");
});

test("a new link of a file that is unchanged becomes a link of it", async (t) => {
  const { tree, snapshot, target } = place(t);
  write(snapshot, { a: "same" });
  execFileSync("cp", ["-a", snapshot, target]);
  linkSync(join(snapshot, "a"), join(snapshot, "b"));
  await restore(request(tree, target));
  assert.equal(statSync(join(target, "a")).ino, statSync(join(target, "b")).ino);
});

test("the store itself and what lies in it are refused as targets, also by way of a link or of a wanted path", async (t) => {
  const { tree, snapshot, store } = place(t);
  const top = dirname(store);
  write(snapshot, { file: "x", [`${basename(store)}/inner`]: "y" });
  mkdirSync(join(top, "beside"));
  symlinkSync(join(store), join(top, "beside/link"));
  const inner = bytePathFromText(`${basename(store)}/inner`);
  const refused = [
    request(tree, store),
    request(tree, join(store, "restored")),
    request(tree, join(store, NAME)),
    request(tree, join(top, "beside/link/x")),
    request(tree, top, { paths: [inner] }),
  ];
  for (const wanted of refused) {
    await assert.rejects(planRestore(wanted, {}), (error: unknown) => {
      assert.ok(error instanceof StoreError, wanted.target);
      assert.match(error.message, /it lies in the store/);
      return true;
    });
  }
});

test("files go back to their place although the store lies below the target, but nothing is deleted around it", async (t) => {
  const { tree, snapshot, store } = place(t);
  const top = dirname(store);
  write(snapshot, { "etc/fstab": "disk" });
  await restore(request(tree, top, { paths: [bytePathFromText("etc/fstab")], delete: true }));
  assert.equal(readFileSync(join(top, "etc/fstab"), "utf8"), "disk");
  await restore(request(tree, top));
  for (const target of [top, "/"]) {
    await assert.rejects(planRestore(request(tree, target, { delete: true }), {}), /cannot delete below .* the store/);
  }
});

test("paths that the snapshot does not have are named, and nothing is written", async (t) => {
  const { tree, snapshot, target } = place(t);
  write(snapshot, { "etc/fstab": "disk" });
  symlinkSync("/etc", join(snapshot, "link"));
  for (const path of ["etc/shadow", "link/passwd", "etc/fstab/x"]) {
    const wanted = request(tree, target, { paths: ["etc/fstab", path].map(bytePathFromText) });
    await assert.rejects(planRestore(wanted, {}), {
      name: "StoreError",
      message: new RegExp(`does not have "${path}"`),
    });
  }
  await assert.rejects(planRestore(request(tree, target, { paths: [bytePathFromText("../x")] }), {}), /leads out/);
  assert.equal(existsSync(target), false);
});

test("a linked folder above a wanted path is refused; one below is a conflict, and overwriting replaces the link", async (t) => {
  const { tree, snapshot, target } = place(t);
  write(snapshot, { "home/me/file": "x" });
  mkdirSync(`${target}.outside`);
  mkdirSync(target);
  symlinkSync(`${target}.outside`, join(target, "home"));
  const wanted = { paths: [bytePathFromText("home/me/file")] };
  await assert.rejects(planRestore(request(tree, target, wanted), {}), /"home".*is a symbolic link/);
  const plan = await restore(request(tree, target));
  assert.deepEqual(
    plan.conflict.map(({ path, why }) => `${path} ${why}`),
    ["home type", "home/me parent", "home/me/file parent"],
  );
  await restore(request(tree, target, { overwrite: true }));
  assert.equal(readFileSync(join(target, "home/me/file"), "utf8"), "x");
  assert.equal(readlinkSync(join(target, REPLACED, "home")), `${target}.outside`);
  assert.deepEqual(readdirSync(`${target}.outside`), []);
});

test("a folder that becomes a link after the plan stops the restore", async (t) => {
  const { tree, snapshot, target } = place(t);
  write(snapshot, { "home/file": "x" });
  mkdirSync(join(target, "home"), { recursive: true });
  const plan = await planRestore(request(tree, target), {});
  execFileSync("sh", ["-c", "rmdir home && mkdir ../outside && ln -s ../outside home"], { cwd: target });
  await assert.rejects(applyRestore(plan, {}), /no longer a folder there/);
  assert.deepEqual(readdirSync(join(dirname(target), "outside")), []);
});

test("a whole snapshot goes beside what has other names, and that stays", async (t) => {
  const { tree, snapshot, target } = place(t);
  makeTree(snapshot);
  write(target, { "lost+found/x": "of the disk" });
  const plan = await restore(request(tree, target));
  assert.deepEqual(plan.whole?.roots, []);
  assert.equal(readFileSync(join(target, "lost+found/x"), "utf8"), "of the disk");
  execFileSync("rm", ["-r", "lost+found"], { cwd: target });
  utimesSync(target, statSync(snapshot).atime, statSync(snapshot).mtime);
  assert.deepEqual(paths((await planRestore(request(tree, target, { overwrite: true }), {})).overwrite), []);
});

test("a whole snapshot comes to an existing folder, whose own attributes stay, whatever the names at its top", async (t) => {
  for (const names of [
    ["file", "-x", "*", "a b", "host:x", "new\nline"],
    [LATIN1_NAME, "file"],
  ]) {
    const { tree, snapshot, target } = place(t);
    for (const name of names) {
      writeFileSync(below(snapshot, bytePathFromLatin1(name)), name);
    }
    mkdirSync(target, { mode: 0o711 });
    chmodSync(snapshot, 0o750);
    const plan = await restore(request(tree, target));
    assert.deepEqual([plan.whole?.roots, countNew(plan)], [[], names.length]);
    assert.equal(statSync(target).mode & 0o777, 0o711);
    assert.deepEqual(readdirSync(target, "latin1").sort(), readdirSync(snapshot, "latin1").sort());
  }
});

test("what was put in the place of a whole snapshot after the plan stops the restore", async (t) => {
  const { tree, snapshot, target } = place(t);
  write(snapshot, { file: "x", other: "y" });
  const plan = await planRestore(request(tree, target), {});
  write(target, { file: "mine" });
  await assert.rejects(applyRestore(plan, {}), /something of the same name was put there meanwhile/);
  assert.deepEqual(readdirSync(target), ["file"]);
  assert.equal(readFileSync(join(target, "file"), "utf8"), "mine");
});

test("what is named and not there comes with its parents and links, without a comparison", async (t) => {
  const { tree, snapshot, target } = place(t);
  makeTree(snapshot);
  write(target, { mine: "mine" });
  chmodSync(target, 0o711);
  const wanted = ["deep/er/and", "deep/linked-2", "linked-1", `names/${LATIN1_NAME}.d`].map(bytePathFromLatin1);
  const plan = await restore(request(tree, target, { paths: wanted, delete: true }));
  assert.deepEqual(plan.whole?.roots, wanted);
  assert.deepEqual(paths(plan.create), ["deep", "deep/er", "names"]);
  assert.equal(plan.whole?.linked.size, 1);
  for (const path of ["deep", "deep/er", "names", ...wanted].map(bytePathFromLatin1)) {
    const [was, is] = [snapshot, target].map((top) => lstatSync(below(top, path), { bigint: true }));
    assert.deepEqual([path, is?.mode, is?.mtimeNs], [path, was?.mode, was?.mtimeNs]);
  }
  assert.deepEqual(compareTrees(join(snapshot, "deep/er/and"), join(target, "deep/er/and")), []);
  assert.equal(lstatSync(join(target, "linked-1")).ino, lstatSync(join(target, "deep/linked-2")).ino);
  assert.deepEqual(readdirSync(target).sort(), ["deep", "linked-1", "mine", "names"]);
  assert.deepEqual([readdirSync(join(target, "names")).length, statSync(target).mode & 0o777], [1, 0o711]);
});

test("what is named and was put there after the plan stops the restore", async (t) => {
  const { tree, snapshot, target } = place(t);
  write(snapshot, { "home/me/file": "x" });
  mkdirSync(join(target, "home"), { recursive: true });
  const wanted = request(tree, target, { paths: [bytePathFromText("home/me")] });
  const plan = await planRestore(wanted, {});
  write(target, { "home/me/file": "mine" });
  await assert.rejects(applyRestore(plan, {}), /something of the same name was put there meanwhile/);
  assert.equal(readFileSync(join(target, "home/me/file"), "utf8"), "mine");
  execFileSync("sh", ["-c", "rm -r home && mkdir ../outside && ln -s ../outside home"], { cwd: target });
  await assert.rejects(applyRestore(plan, {}), /no longer a folder there/);
  assert.deepEqual(readdirSync(join(dirname(target), "outside")), []);
});

test("a restore that is stopped in the middle has lost nothing that existed", async (t) => {
  const { tree, snapshot, target } = place(t);
  const names = Array.from({ length: 60 }, (_, index) => `file-${index}`);
  write(snapshot, Object.fromEntries(names.map((name) => [name, `${name} `.repeat(200_000)])));
  write(target, Object.fromEntries(names.map((name) => [name, `my ${name}`])));
  const plan = await planRestore(request(tree, target, { overwrite: true }), {});
  const stop = new AbortController();
  const stopSoon = () => stop.abort(new Error("stopped"));
  await assert.rejects(applyRestore(plan, { signal: stop.signal }, { onProgress: stopSoon }), /stopped/);
  for (const name of names) {
    const kept = [join(target, name), join(target, REPLACED, name)].filter((path) => existsSync(path));
    assert.ok(
      kept.some((path) => readFileSync(path, "utf8") === `my ${name}`),
      name,
    );
  }
});

test("progress counts the bytes that the plan announced", async (t) => {
  const { tree, snapshot, target } = place(t);
  write(snapshot, { a: "x".repeat(100_000), b: "y".repeat(50_000) });
  const plan = await planRestore(request(tree, target), {});
  let bytes = 0;
  await applyRestore(plan, {}, { onProgress: (progress) => (bytes = progress.bytes) });
  assert.equal(plan.bytes, 150_000);
  assert.equal(bytes, 150_000);
});

test("links with several names come back in a folder whose place a file has now", async (t) => {
  const { tree, snapshot, target } = place(t);
  mkdirSync(join(snapshot, "place/deep"), { recursive: true });
  symlinkSync("nowhere", join(snapshot, "place/a"));
  linkSync(join(snapshot, "place/a"), join(snapshot, "place/deep/b"));
  write(target, { place: "a file" });
  await restore(request(tree, target, { overwrite: true }));
  assert.equal(lstatSync(join(target, "place/a")).ino, lstatSync(join(target, "place/deep/b")).ino);
});
