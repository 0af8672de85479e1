import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { describeStatuses } from "../../src/cli/describe-status.ts";
import { widthOf } from "../../src/cli/text-width.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import { statusOf } from "../../src/run/profile-status.ts";
import { makePlace } from "./place.ts";

/** A profile that fares well and one that has never run. */
async function twoProfiles(t: TestContext) {
  const place = makePlace(t);
  place.write("a", "one");
  mkdirSync(join(place.folder, "profiles.d"));
  for (const [index, name] of ["desk", "photos"].entries()) {
    const location = join(place.folder, "disk", name, "latest");
    const text = `[profile]\nid = ${index + 1}\n[source]\npath = ${place.source}\n[destination]\nlocation = ${location}\n`;
    writeFileSync(join(place.folder, `profiles.d/${name}.conf`), text, { mode: 0o600 });
  }
  const config = join(place.folder, "bakup.conf");
  const shared = "[notifications]\ndesktop = no\n[schedule]\ntimer_arg[] = 20h\ntimer_arg[] = always\n";
  writeFileSync(config, shared, { mode: 0o600 });
  await place.backUp(new Date(Date.now() - 3_600_000).toISOString());
  const loaded = loadConfiguration({ file: config });
  assert.ok(loaded.ok);
  return { place, statuses: loaded.profiles.map((profile) => statusOf(profile, Date.now())) };
}

test("several profiles are a line each, and all that is wrong below", async (t) => {
  const { place } = await twoProfiles(t);
  const { stdout } = await place.bakup("status");
  const [table = "", ...details] = stdout.split("\n\n");
  assert.match(table, /^PROFILE {2}HEALTH +LAST COMPLETE {2}NEXT RUN +SNAPSHOTS\n/);
  assert.match(table, /^desk {5}all is well {2}1 hour ago +in 1\d hours +1$/m);
  assert.match(table, /^photos {3}2 troubles +never +due now +-$/m);
  assert.equal(details.length, 1);
  assert.match(details[0] ?? "", /^photos: 2 troubles\n[\s\S]*trouble +this profile has never run/);
  const all = await place.bakup("status", "-v");
  assert.match(all.stdout, /\n\ndesk: all is well\n {2}last run/);
});

for (const width of [60, 80, 200]) {
  test(`a terminal of ${width} columns is not overrun, and nothing is lost`, async (t) => {
    const { statuses } = await twoProfiles(t);
    const now = Date.now();
    const lines = describeStatuses(statuses, { now, width, all: true }).flatMap((part) => part.split("\n"));
    const long = lines.filter((line) => widthOf(line) > width && line.trim().includes(" "));
    assert.deepEqual(
      long.filter((line) => !line.includes("/")),
      [],
    );
    const [table = "", ...wrapped] = describeStatuses(statuses, { now, width, all: true });
    const [sameTable, ...whole] = describeStatuses(statuses, { now, width: undefined, all: true });
    assert.equal(table.split("\n").length, sameTable?.split("\n").length);
    const words = (texts: readonly string[]) => texts.join(" ").split(/\s+/);
    assert.deepEqual(words(wrapped), words(whole));
  });
}
