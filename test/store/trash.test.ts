import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "../../src/store/layout.ts";
import { emptyTrash } from "../../src/store/trash.ts";
import { PYTHON } from "../python.ts";
import { temporaryFolder } from "./make-store.ts";
import { isRoot } from "./make-tree.ts";

test("the trash is emptied whatever lies in it, and nothing outside it goes", async (t) => {
  const top = temporaryFolder(t);
  const trash = join(top, "store/.bakup/trash");
  const outside = join(top, "outside/deep/deeper");
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, "file"), "stays");
  mkdirSync(join(trash, "snapshot/a/b/c/d/e"), { recursive: true });
  writeFileSync(join(trash, "snapshot/a/b/c/d/e/file"), "goes");
  symlinkSync(join(top, "outside"), join(trash, "link"));
  symlinkSync(join(top, "outside"), join(trash, "snapshot/a/link"));
  writeFileSync(join(trash, "file"), "goes");
  const store = openStore(join(top, "store"));
  t.after(() => store.close());
  await emptyTrash(store);
  assert.equal(existsSync(join(outside, "file")), true);
  for (const name of ["snapshot", "link", "file"]) {
    assert.equal(existsSync(join(trash, name)), false, name);
  }
});

test("a file system that is mounted in the trash stays as it is", {
  skip: !isRoot && "only root mounts",
}, async (t) => {
  const top = temporaryFolder(t);
  const store = openStore(top);
  t.after(() => store.close());
  for (const folder of ["a", "a/b/c", "a/b/c/d/e"]) {
    const place = join(top, ".bakup/trash", folder);
    mkdirSync(place, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", place]);
    try {
      writeFileSync(join(place, "file"), "stays");
      await assert.rejects(emptyTrash(store), /cannot delete an old snapshot/);
      const [mounted, ...others] = mountsBelow(top);
      assert.deepEqual([existsSync(join(mounted ?? "", "file")), others], [true, []], folder);
    } finally {
      mountsBelow(top).forEach((each) => {
        execFileSync("umount", [each]);
      });
    }
  }
});

test("a folder of the same disk that is mounted in the trash stays as it is, all else goes", {
  skip: !isRoot && "only root mounts",
}, async (t) => {
  const top = temporaryFolder(t);
  mkdirSync(join(top, "store"));
  const store = openStore(join(top, "store"));
  t.after(() => store.close());
  const [place, home] = [join(store.path, ".bakup/trash/snapshot/a/b"), join(top, "home")];
  mkdirSync(place, { recursive: true });
  mkdirSync(home);
  writeFileSync(join(home, "file"), "stays");
  writeFileSync(join(place, "../beside"), "goes");
  execFileSync("mount", ["--bind", home, place]);
  try {
    await assert.rejects(emptyTrash(store), /something is mounted in .*\/store\/.bakup\/trash\/snapshot; unmount it/);
    assert.deepEqual([readdirSync(home), readdirSync(join(place, ".."))], [["file"], ["b"]]);
  } finally {
    execFileSync("umount", [place]);
  }
  await emptyTrash(store);
  assert.deepEqual(readdirSync(join(store.path, ".bakup/trash")), []);
});

test("folders deeper than descriptors reach, many side by side, and those that are closed to their owner go", async (t) => {
  const store = openStore(temporaryFolder(t));
  t.after(() => store.close());
  const trash = join(store.path, ".bakup/trash");
  mkdirSync(trash, { recursive: true });
  const wide = "for i in $(seq 300); do mkdir -p wide/$i/below; echo text > wide/$i/below/file; done; chmod 0 wide/7";
  execFileSync("bash", ["-c", wide], { cwd: trash });
  // Deeper than a path may be long.
  const deep = 'import os\nfor i in range(3000): os.mkdir("folder"); open("file", "w").close(); os.chdir("folder")';
  execFileSync(PYTHON, ["-c", deep], { cwd: trash });
  execFileSync("prlimit", ["--pid", String(process.pid), "--nofile=1000:"]);
  await emptyTrash(store);
  assert.deepEqual(readdirSync(trash), []);
});

test("a deletion that is stopped ends soon, and the next one deletes the rest", async (t) => {
  const store = openStore(temporaryFolder(t));
  t.after(() => store.close());
  const folder = join(store.path, ".bakup/trash/snapshot");
  for (let index = 0; index < 300; index += 1) {
    mkdirSync(join(folder, `${index}/below`), { recursive: true });
  }
  const stop = new AbortController();
  const emptied = emptyTrash(store, stop.signal);
  stop.abort(new Error("stopped"));
  await assert.rejects(emptied, /stopped/);
  assert.ok(existsSync(folder));
  await emptyTrash(store);
  assert.equal(existsSync(folder), false);
});

/** A mount moves with the folder above it. */
function mountsBelow(folder: string): string[] {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
  return points.filter((point) => point.startsWith(`${folder}/`));
}
