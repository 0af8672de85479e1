import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MESSAGES } from "../../src/journal/messages.ts";
import type { Guest } from "./guest.ts";
import { LANE } from "./lane.ts";
import { diskState, holdRun, journalOf, releaseRun, runService, snapshotsOf, wakeLaptop } from "./laptop.ts";

let guest: Guest;

before(async () => {
  if (LANE.skip === false) {
    guest = await wakeLaptop();
  }
});
after(() => guest?.end());

test("the timer's service unlocks, mounts, backs up, takes a snapshot, unmounts and locks", LANE, async () => {
  assert.equal(await diskState(guest), "locked");
  await guest.sh("systemctl enable --now bakup.timer && systemctl is-active bakup.timer");
  const { code, status } = await runService(guest);
  const entries = await journalOf(guest);
  assert.equal(code, 0, entries.map(({ MESSAGE }) => MESSAGE).join("\n"));
  assert.match(status, /^laptop: finished, snapshot 2/);
  assert.equal(await diskState(guest), "locked");
  const kinds = entries.flatMap(({ BAKUP_KIND }) => BAKUP_KIND ?? []);
  const story = ["runStarted", "diskUnlocked", "diskMounted", "snapshotTaken", "runFinished"];
  assert.deepEqual(
    kinds.filter((kind) => story.includes(kind)),
    story,
  );
  assert.ok(kinds.indexOf("diskUnmounted") < kinds.indexOf("diskLocked"), kinds.join(" "));
  const taken = entries.find(({ BAKUP_KIND }) => BAKUP_KIND === "snapshotTaken");
  const [snapshot, ...more] = await snapshotsOf(guest);
  assert.deepEqual(more, []);
  assert.deepEqual(snapshot, { name: taken?.BAKUP_SNAPSHOT, version: 1, state: "whole" });
  assert.equal(taken?.BAKUP_PROFILE, "laptop");
  assert.equal(taken?.MESSAGE_ID, MESSAGES.snapshotTaken.id);
  assert.equal(taken?.PRIORITY, "5");
});

test("a second run while the first works ends with code 2 and says so; no sleep meanwhile", LANE, async () => {
  await holdRun(guest);
  const second = await guest.attempt(`systemctl start bakup@laptop.service
    systemctl show --property=ExecMainStatus,StatusText bakup@laptop.service
    systemd-inhibit --list --no-legend`);
  assert.match(second.stdout, /^ExecMainStatus=2$/m);
  assert.match(second.stdout, /^StatusText=laptop: already running/m);
  assert.match(second.stdout, /bakup .*sleep .*backup of laptop .*block/);
  assert.equal(await diskState(guest), "mounted");
  await releaseRun(guest);
  assert.equal(await diskState(guest), "locked");
  assert.doesNotMatch(await guest.sh("systemd-inhibit --list --no-legend"), /bakup/);
});
