import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { describeProgress } from "../../src/cli/progress-line.ts";
import { BAKUP, slowRsync } from "../run/child.ts";
import { makePlace } from "./place.ts";
import { openTerminal } from "./terminal.ts";

const SO_FAR = { bytes: 512, files: 1, seconds: 1 };

test("a planned transfer shows how much of what it has done, and the time left", () => {
  const text = describeProgress(SO_FAR, { bytes: 1024, files: 2 });
  assert.equal(text, "50 %, 512 B of 1.00 KiB, 1 of 2 files, 512 B/s, 1 second left");
});

test("the first transfer shows what it has done, and a percentage as soon as its source is listed", () => {
  assert.equal(describeProgress(SO_FAR, undefined), "512 B, 1 files, 512 B/s");
  const listed = { ...SO_FAR, entries: { done: 3, total: 8 } };
  assert.equal(describeProgress(listed, undefined), "37 % of 8 entries, 512 B, 1 files, 512 B/s");
});

for (const CI of [undefined, "true"]) {
  test(`a terminal shows the first transfer as it goes${CI === undefined ? "" : ", in CI too"}`, async (context) => {
    const place = makePlace(context, "[notifications]\ndesktop = no\n");
    for (const name of ["a", "b", "c", "d"]) {
      place.write(name, "x".repeat(80_000));
    }
    const { env } = slowRsync(place.folder);
    const config = join(place.folder, "bakup.conf");
    // Root's runs are seen by the tests of other files, too.
    writeFileSync(config, readFileSync(config, "utf8").replace("name = box", "name = first-run"));
    const terminal = openTerminal([...BAKUP, "run", "--config", config], { ...process.env, ...env, CI });
    const shown = Number(await terminal.sees(/(\d+) % of 5 entries, [\d.]+ \w+, \d files, [\d.]+ \w+\/s/));
    assert.ok(shown > 0 && shown <= 100);
    assert.equal(await terminal.ended, 0);
    execFileSync("diff", ["-r", place.source, join(place.store, "latest")]);
  });
}
