import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { snapshotName } from "../../src/store/names.ts";
import { serve } from "./served.ts";

const SNAPSHOTS = 1000;
const FILES = 100_000;

test(`${SNAPSHOTS} snapshots and a folder of ${FILES} files are shown, the folder page by page`, async (t) => {
  const served = await serve(t);
  served.write("a", "one");
  const { snapshot = "" } = await served.backUp("2026-03-01T02:00:00Z");
  for (let index = 1; index < SNAPSHOTS; index += 1) {
    const start = new Date(Date.UTC(2026, 2, 1, 2) - index * 3_600_000);
    const name = snapshotName(start);
    mkdirSync(join(served.store, name));
    const record = { name, state: "complete", started: start, finished: start, origin: "run", entries: 1, bytes: 3 };
    writeFileSync(join(served.store, ".bakup", `${name}.json`), JSON.stringify(record));
  }
  const large = join(served.store, snapshot, "large");
  mkdirSync(large);
  for (let index = 0; index < FILES; index += 1) {
    writeFileSync(join(large, `file-${String(index).padStart(6, "0")}`), "");
  }
  // The connection that has been idle for long is noticed as closed.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const timed = async (path: string) => {
    const started = performance.now();
    const text = await (await served.get(path)).text();
    t.diagnostic(`${path}: ${Math.round(performance.now() - started)} ms`);
    return text;
  };
  const overview = await timed("/profile/box");
  assert.equal(overview.match(/<th scope="row"><a href="[^"]*\/folder\?/g)?.length, SNAPSHOTS);
  const first = await timed(`/profile/box/snapshot/${snapshot}/folder?path=large`);
  assert.ok(first.includes("file-000000") && first.includes("file-000499") && !first.includes("file-000500"));
  assert.match(first, /1 to 500 of 100,000/);
  const last = await timed(`/profile/box/snapshot/${snapshot}/folder?path=large&from=99500`);
  assert.ok(last.includes("file-099999") && !last.includes(">Next<"));
});
