import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "../../src/store/layout.ts";
import { emptyTrash } from "../../src/store/trash.ts";
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

/** A mount moves with the folder above it. */
function mountsBelow(folder: string): string[] {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
  return points.filter((point) => point.startsWith(`${folder}/`));
}
