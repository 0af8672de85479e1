import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ensureFolder, METADATA, PARTS } from "../../src/store/layout.ts";
import { recoverStore } from "../../src/store/recover.ts";
import { temporaryFolder, temporaryStore } from "./make-store.ts";

test("whatever lies in the place of a snapshot being built is discarded: folders, files and links, not where they lead", async (t) => {
  const store = temporaryStore(t);
  const outside = temporaryFolder(t);
  writeFileSync(join(outside, "precious"), "the only copy");
  const building = join(store.path, METADATA, PARTS.building);
  mkdirSync(join(building, "2026-11-22T02-00-13Z/folder"), { recursive: true });
  writeFileSync(join(building, ".reflink"), "x");
  symlinkSync(outside, join(building, "link"));
  symlinkSync("nowhere", join(building, "dangling"));
  const { revealed, discarded } = await recoverStore(store);
  assert.deepEqual(revealed, []);
  assert.deepEqual(discarded.sort(), [".reflink", "2026-11-22T02-00-13Z", "dangling", "link"]);
  assert.deepEqual(readdirSync(building), []);
  assert.deepEqual(readdirSync(join(store.path, METADATA, PARTS.trash)), []);
  assert.ok(existsSync(join(outside, "precious")));
});

test("making a folder in a store that was closed meanwhile is an error, and ends", (t) => {
  const store = temporaryStore(t);
  assert.throws(() => ensureFolder({ ...store, root: "/proc/self/fd/999" }, "index"), { code: "ENOENT" });
});
