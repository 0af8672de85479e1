import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { profileStateFolder } from "../../src/run/state-folder.ts";
import { BAKUP } from "../run/child.ts";
import { makePlace } from "./place.ts";

const DAY_MS = 86_400_000;

/** An instant so many days ago. */
function daysAgo(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString();
}

/** A place whose people are told by mail, and a mail server that can be switched off. */
function watched(context: TestContext, settings = "") {
  const place = makePlace(context, `${settings}[notifications]\ndesktop = no\nmail = admin\n`);
  const [folder, box] = [join(place.folder, "bin"), join(place.folder, "mailbox")];
  mkdirSync(folder);
  const script = `#!/bin/sh\n[ ! -e '${place.folder}/down' ] || exit 75\ncat >>'${box}'\n`;
  writeFileSync(join(folder, "sendmail"), script, { mode: 0o755 });
  writeFileSync(box, "");
  place.write("file", "one\n");
  const before = process.env.PATH;
  process.env.PATH = `${folder}:${before}`;
  context.after(() => {
    process.env.PATH = before;
  });
  return {
    ...place,
    down: join(place.folder, "down"),
    watch: () => {
      const [file = "", ...args] = [...BAKUP, "watch", "--config", join(place.folder, "bakup.conf"), "--json"];
      const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8" });
      assert.equal(status, 0, stderr);
      const log = stderr.split("\n").filter((line) => line !== "");
      return {
        ...JSON.parse(stdout).profiles[0],
        log: log.map((line) => JSON.parse(line)),
        subjects: readFileSync(box, "utf8").match(/^Subject: .*/gm) ?? [],
      };
    },
  };
}

test("an absence is told once, and its end once", async (context) => {
  const place = watched(context);
  await place.backUp(daysAgo(3));
  const first = place.watch();
  assert.equal(first.verdict, "alarm");
  assert.deepEqual(
    first.log.map(({ BAKUP_KIND, PRIORITY }: Record<string, unknown>) => [BAKUP_KIND, PRIORITY]),
    [["absenceAlarm", 3]],
  );
  assert.match(first.log[0].MESSAGE, /^no complete snapshot for 3 days.*: the newest for .*box\/latest is of /);
  assert.match(first.subjects.at(-1), /no complete backup of box for 3 days/);
  const second = place.watch();
  assert.deepEqual([second.verdict, second.log, second.subjects.length], ["standing", [], 1]);
  await place.backUp(daysAgo(0.1));
  const third = place.watch();
  assert.equal(third.verdict, "recovered");
  assert.equal(third.log[0].BAKUP_KIND, "absenceRecovered");
  assert.match(third.subjects.at(-1), /box is backed up again/);
  const fourth = place.watch();
  assert.deepEqual([fourth.verdict, fourth.log, fourth.subjects.length], ["well", [], 2]);
});

test("a mail server that is down is asked again at the next watch, and only it", async (context) => {
  const place = watched(context);
  await place.backUp(daysAgo(3));
  writeFileSync(place.down, "");
  const kinds = (log: { BAKUP_KIND: string }[]) => log.map(({ BAKUP_KIND }) => BAKUP_KIND);
  const first = place.watch();
  assert.deepEqual([kinds(first.log), first.subjects.length], [["absenceAlarm", "alarmFailed"], 0]);
  assert.deepEqual(kinds(place.watch().log), ["alarmFailed"]);
  rmSync(place.down);
  const third = place.watch();
  assert.deepEqual([third.verdict, third.log, third.subjects.length], ["standing", [], 1]);
  assert.equal(place.watch().subjects.length, 1);
});

test("a profile that never had a snapshot is missed from its first watch on", (context) => {
  const place = watched(context);
  assert.equal(place.watch().verdict, "well");
  const file = join(profileStateFolder("box"), "watch.json");
  writeFileSync(file, JSON.stringify({ watchedSince: daysAgo(3) }));
  const { verdict, log } = place.watch();
  assert.equal(verdict, "alarm");
  assert.match(log[0].MESSAGE, /there is none for /);
});

test("while the disk is elsewhere, what this machine remembers counts; a disk without its snapshots raises the alarm", async (context) => {
  const place = watched(context);
  await place.backUp(daysAgo(1));
  const away = `${place.store}.away`;
  renameSync(place.store, away);
  assert.equal(place.watch().verdict, "well");
  renameSync(away, place.store);
  const { lastComplete } = place.watch();
  rmSync(join(place.store, `${lastComplete.slice(0, 19).replaceAll(":", "-")}Z`), { recursive: true });
  const file = join(profileStateFolder("box"), "watch.json");
  writeFileSync(file, JSON.stringify({ watchedSince: daysAgo(3) }));
  assert.equal(place.watch().verdict, "alarm");
});

test("a snapshot that is dated in the future does not count", async (context) => {
  const place = watched(context);
  await place.backUp(daysAgo(3));
  await place.backUp(daysAgo(-30));
  const { verdict, lastComplete } = place.watch();
  assert.equal(verdict, "alarm");
  assert.ok(Date.parse(lastComplete) < Date.now());
});

test("a profile may be without snapshots for as long as it says, or for ever", async (context) => {
  const patient = watched(context, "[watch]\nabsence = 5d\n");
  await patient.backUp(daysAgo(4));
  assert.equal(patient.watch().verdict, "well");
  const never = watched(context, "[watch]\nabsence = never\n");
  await never.backUp(daysAgo(400));
  assert.deepEqual([never.watch().verdict, never.watch().absentFrom], ["well", null]);
});

test("a skip after the last run is named as the reason", async (context) => {
  const place = watched(context);
  await place.backUp(daysAgo(3));
  const file = join(profileStateFolder("box"), "state.json");
  const state = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...state, lastSkip: { when: daysAgo(0), reason: "the disk is not here" } }));
  assert.match(place.watch().log[0].MESSAGE, /the last run was skipped: the disk is not here/);
});
