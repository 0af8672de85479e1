import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makePlace, type Place } from "./place.ts";

const FIRST = "2026-11-20T02-00-00Z";
const SECOND = "2026-11-21T02-00-00Z";

async function twoNights(place: Place): Promise<void> {
  place.write("photos/one", "the only copy");
  place.write("photos/two", "another one");
  await place.backUp("2026-11-20T02:00:00Z");
  place.write("notes", "new");
  await place.backUp("2026-11-21T02:00:00Z");
}

/** Other contents of the same size, with the time that the file had. */
function rot(file: string): void {
  writeFileSync(file, readFileSync(file, "utf8").replace("only", "oily"));
  utimesSync(file, 1_000_000_000, 1_000_000_000);
}

function oldSource(place: Place): void {
  utimesSync(join(place.source, "photos/one"), 1_000_000_000, 1_000_000_000);
}

test("sound snapshots: exit code 0, and the list says when each was checked", async (t) => {
  const place = makePlace(t);
  await twoNights(place);
  assert.match((await place.bakup("list")).stdout, /complete .* never /);
  const { code, stdout } = await place.bakup("verify");
  assert.equal(code, 0);
  assert.match(
    stdout,
    new RegExp(`^${FIRST}: sound \\(4 entries\\)\n${SECOND}: sound \\(5 entries\\)\n2 snapshots checked`),
  );
  const { snapshots } = await place.json("list");
  assert.ok(snapshots.every(({ verified }: { verified: string }) => Date.parse(verified) > 0));
});

test("damage: exit code 7, each kind by its name, the state in list and status, and a rotation that waits", async (t) => {
  const place = makePlace(t);
  place.write("photos/one", "the only copy");
  oldSource(place);
  await twoNightsOld(place);
  rot(join(place.store, SECOND, "photos/one"));
  chmodSync(join(place.store, SECOND, "notes"), 0o600);
  const command = ["--import", "tsx", "src/bin/bakup.ts", "verify", "--config", join(place.folder, "bakup.conf")];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  assert.equal(status, 7);
  assert.match(stdout, new RegExp(`${SECOND}: DAMAGED \\(5 entries, 2 things wrong\\)`));
  assert.match(
    stdout,
    /mode {7}notes: its permissions changed \(0644, now 0600\)\n {2}content {4}photos\/one: its contents changed by/,
  );
  assert.match(stderr, /"BAKUP_KIND":"snapshotDamaged"/);
  const { snapshots, held } = await place.json("list");
  const states = snapshots.map(({ state, damage }: { state: string; damage: { count: number } }) => [
    state,
    damage.count,
  ]);
  assert.deepEqual(states, [
    ["damaged", 1],
    ["damaged", 2],
  ]);
  assert.match(held, /is damaged/);
  const { profiles } = await place.json("status");
  assert.ok(profiles[0].trouble.some(({ kind }: { kind: string }) => kind === "damaged-snapshot"));
});

async function twoNightsOld(place: Place): Promise<void> {
  place.write("photos/two", "another one");
  await place.backUp("2026-11-20T02:00:00Z");
  place.write("notes", "new");
  await place.backUp("2026-11-21T02:00:00Z");
}

test("a snapshot whose record is damaged, or gone, cannot be checked, and that is said: exit code 5", async (t) => {
  const place = makePlace(t);
  await twoNights(place);
  writeFileSync(join(place.store, ".bakup", `${FIRST}.json`), "{}");
  const damaged = await place.bakup("verify");
  assert.equal(damaged.code, 5);
  assert.match(damaged.stdout, new RegExp(`^${SECOND}: sound .*\n${FIRST}: could not be checked`));
  assert.match(damaged.stderr, /the record of snapshot .* is damaged/);
  assert.equal((await place.bakup("verify", "--snapshot", SECOND)).code, 0);
  rmSync(join(place.store, ".bakup", `${FIRST}.json`));
  const gone = await place.bakup("verify", "--json");
  assert.equal(gone.code, 5);
  const [, stray] = JSON.parse(gone.stdout).checked;
  assert.deepEqual([stray.snapshot, stray.result, stray.error], [FIRST, "failed", "it has no record"]);
});

test("people are told of new damage by mail, once", async (t) => {
  const place = makePlace(t, "[notifications]\ndesktop = no\nmail = admin\n");
  const [bin, box, before] = [join(place.folder, "bin"), join(place.folder, "mailbox"), process.env.PATH];
  mkdirSync(bin);
  writeFileSync(box, "");
  writeFileSync(join(bin, "sendmail"), `#!/bin/sh\ncat >>'${box}'\n`, { mode: 0o755 });
  process.env.PATH = `${bin}:${before}`;
  t.after(() => {
    process.env.PATH = before;
  });
  await twoNights(place);
  chmodSync(join(place.store, SECOND, "notes"), 0o600);
  await place.bakup("verify");
  await place.bakup("verify");
  const mail = readFileSync(box, "utf8");
  assert.equal(mail.match(/^Subject: .*damage in the backups of box$/gm)?.length, 1);
  assert.match(mail, new RegExp(`a check found damage in ${SECOND}\\.`));
});

test("parts, new ones and limits choose what is read", async (t) => {
  const place = makePlace(t);
  await twoNights(place);
  const read: number[] = [];
  for (const part of ["next/2", "next/2"]) {
    const { code, stdout } = await place.bakup("verify", "--json", "--part", part);
    assert.equal(code, 0);
    read.push(JSON.parse(stdout).filesRead);
  }
  assert.equal((read[0] ?? 0) + (read[1] ?? 0), 3);
  const again = JSON.parse((await place.bakup("verify", "--json", "--new")).stdout);
  assert.deepEqual(again.checked, []);
  const limited = JSON.parse((await place.bakup("verify", "--json", "--byte-limit", "1")).stdout);
  assert.equal(limited.filesRead, 1);
  const one = JSON.parse((await place.bakup("verify", "--json", "--snapshot", FIRST)).stdout);
  assert.deepEqual(
    one.checked.map(({ snapshot }: { snapshot: string }) => snapshot),
    [FIRST],
  );
});

test("against the source: what was changed since is no damage, what differs at the same size and time is", async (t) => {
  const place = makePlace(t);
  place.write("photos/one", "the only copy");
  oldSource(place);
  await twoNightsOld(place);
  place.write("photos/two", "edited since, by its owner");
  const good = await place.json("verify", "--source");
  assert.deepEqual([good.compared, good.changedSince, good.different], [2, 1, []]);
  rot(join(place.source, "photos/one"));
  const { code, stdout } = await place.bakup("verify", "--source");
  assert.equal(code, 7);
  assert.match(stdout, /differs {4}photos\/one: size and time are those of the backup, the contents are not/);
});

test("a restore test says how many files came back as they were, and fails when one does not", async (t) => {
  const place = makePlace(t);
  place.write("photos/one", "the only copy");
  oldSource(place);
  await twoNightsOld(place);
  const good = await place.bakup("verify", "--restore-test", "10");
  assert.equal(good.code, 0);
  assert.match(good.stdout, new RegExp(`^restore test of ${SECOND}: 3 files, \\d+ B: all as they were\n$`));
  rot(join(place.store, SECOND, "photos/one"));
  const bad = await place.bakup("verify", "--restore-test", "10");
  assert.equal(bad.code, 7);
  assert.match(bad.stdout, /content {4}photos\/one/);
});

test("wrong options are refused with what is right", async (t) => {
  const place = makePlace(t);
  await place.backUp("2026-11-20T02:00:00Z").catch(() => undefined);
  const wrong = [
    [["--part", "0/3"], /--part 0\/3 is not one of t parts/],
    [["--part", "4/3"], /--part 4\/3/],
    [["--part", "soon"], /--part soon/],
    [["--time-limit", "fast"], /--time-limit fast is not a duration/],
    [["--byte-limit", "-1"], /--byte-limit -1 is not a size/],
    [["--restore-test", "0"], /--restore-test 0 is not a whole number/],
    [["--source", "--restore-test", "1"], /two different checks/],
    [["--new", "--snapshot", "x"], /in two different ways/],
  ] as const;
  for (const [args, message] of wrong) {
    const { code, stderr } = await place.bakup("verify", ...args);
    assert.equal(code, 64, stderr);
    assert.match(stderr, message);
  }
});

test("without a manifest there is nothing to compare the source with", async (t) => {
  const place = makePlace(t);
  await twoNights(place);
  for (const name of [FIRST, SECOND]) {
    const file = join(place.store, ".bakup", `${name}.json`);
    const { manifest: _, ...record } = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify(record));
    rmSync(join(place.store, ".bakup", `${name}.mtree.gz`));
  }
  const { code, stderr } = await place.bakup("verify", "--source");
  assert.equal(code, 5);
  assert.match(stderr, /no complete snapshot with a manifest .*\n.*bakup verify --new/);
  const { checked } = await place.json("verify", "--new");
  assert.deepEqual(
    checked.map(({ result }: { result: string }) => result),
    ["recorded", "recorded"],
  );
  assert.equal((await place.bakup("verify")).code, 0);
});
