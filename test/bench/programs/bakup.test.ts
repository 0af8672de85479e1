import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { succeed } from "../measure.ts";
import { bakup } from "./bakup.ts";

test("a store whose snapshots were made a day older is to bakup what it would be a day later", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bakup-bench-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [source, store] = [join(folder, "source"), join(folder, "store")];
  mkdirSync(source);
  mkdirSync(store);
  for (const name of ["a", "b", "c"]) {
    writeFileSync(join(source, name), name);
  }
  // What has changed in the last two seconds may change again unseen, so it would be looked at again.
  await setTimeout(2500);
  const signal = new AbortController().signal;
  const backups = await bakup("dist/bakup.cjs").prepare({ source, store, keep: 2 }, signal);
  for (let number = 1; number <= 4; number += 1) {
    await succeed(backups.nextRun(number), signal);
  }
  const names = backups.snapshots?.() ?? [];
  assert.equal(names.length, 2);
  const inodes = names.map((name) => statSync(join(store, "disk/.bakup", `${name}.mtree.gz`)).ino);
  assert.equal(inodes[0], inodes[1], "on a night without changes the manifest is that of the night before");
  assert.equal(readFileSync(join(backups.newest?.() ?? "", "a"), "utf8"), "a");
  const seconds = await backups.parts?.lastSeconds?.(signal);
  assert.ok(seconds !== undefined && seconds >= 0 && seconds < 3600, String(seconds));
  const deletion = backups.parts?.deletion();
  assert.ok(deletion);
  await succeed(deletion, signal);
  assert.equal(backups.snapshots?.().length, 1);
});
