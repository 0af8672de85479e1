import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { attachDisk, plug, yank } from "./disks.ts";
import type { Guest } from "./guest.ts";
import { LANE } from "./lane.ts";
import { diskState, type Ending, endingOf, journalOf, serviceEnds, wakeLaptop, wholeSnapshots } from "./laptop.ts";

const KEY = "/etc/cryptsetup-keys.d/backup-disk.key";
const CONFIGURATION = "/etc/bakup/profiles.d/laptop.conf";
const DAY_MS = 86_400_000;

let guest: Guest;

before(async () => {
  if (LANE.skip === false) {
    guest = await wakeLaptop();
    // Else a test waits for up to a minute.
    await guest.sh(`
      mkdir /etc/systemd/system/bakup.timer.d
      printf '[Timer]\\nAccuracySec=1s\\n' > /etc/systemd/system/bakup.timer.d/accuracy.conf
      sed -i 's/^minutely = .*/minutely = 1/' ${CONFIGURATION}
      systemctl daemon-reload
      systemctl enable --now bakup.timer`);
  }
});
after(() => guest?.end());

interface Poll extends Ending {
  /** What bakup said. */
  kinds: string[];
  messages: string;
}

/**
 * Sets the clock to before the timer's next time, or beyond it as when the machine slept, and waits for the end of the
 * run that the timer starts.
 */
async function poll(clock: "2 seconds ago" | "10 minutes"): Promise<Poll> {
  const earlier = (await journalOf(guest)).length;
  await guest.sh(`
    property() { systemctl show --value --property="$1" "$2"; }
    previous=$(property InvocationID bakup.service)
    date --set="$(property NextElapseUSecRealtime bakup.timer) ${clock}"
    while [ "$(property InvocationID bakup.service)" = "$previous" ]; do sleep 1; done`);
  await serviceEnds(guest);
  const entries = (await journalOf(guest)).slice(earlier);
  return {
    ...(await endingOf(guest)),
    kinds: entries.flatMap(({ BAKUP_KIND }) => BAKUP_KIND ?? []),
    messages: entries.map(({ MESSAGE }) => MESSAGE).join("\n"),
  };
}

/** The snapshots' versions of the source. */
async function versions(): Promise<number[]> {
  return (await wholeSnapshots(guest)).map(({ version }) => version);
}

test("the timer fires: the disk is unlocked, mounted, backed up to, unmounted and locked", LANE, async () => {
  const { code, kinds, messages } = await poll("2 seconds ago");
  assert.equal(code, 0, messages);
  const story = ["diskUnlocked", "diskMounted", "snapshotTaken", "diskUnmounted", "diskLocked"];
  assert.deepEqual(
    kinds.filter((kind) => story.includes(kind)),
    story,
  );
  assert.equal(await diskState(guest), "locked");
  assert.deepEqual(await versions(), [1]);
});

test("a run that fails is tried again at the next poll; old snapshots are rotated away", LANE, async () => {
  await guest.sh(`change-source; mv ${KEY} /root/key; (umask 077; head -c 64 /dev/urandom > ${KEY})`);
  const failed = await poll("10 minutes");
  assert.equal(failed.code, 5, failed.messages);
  assert.match(failed.messages, /cannot unlock/);
  assert.equal(await guest.sh("systemctl is-failed bakup.service"), "failed\n");
  assert.equal(await diskState(guest), "locked");

  await guest.sh(`mv /root/key ${KEY}`);
  const again = await poll("10 minutes");
  assert.equal(again.code, 0, again.messages);
  assert.ok(again.kinds.includes("snapshotRemoved"), again.messages);
  assert.deepEqual(await versions(), [2]);
});

test("a poll at which nothing is due is a skip that says why, and no failure", LANE, async () => {
  await guest.sh(`sed -i 's/= 1s$/= 5h/' ${CONFIGURATION}`);
  const { code, kinds, messages } = await poll("10 minutes");
  assert.equal(code, 75, messages);
  assert.deepEqual(kinds, ["runSkipped"]);
  assert.match(messages, /not more than 5h ago; the next may begin at/);
  assert.equal(await guest.sh("systemctl is-failed bakup.service || true"), "inactive\n");
});

test(
  "a machine that was off for three days backs up at the first poll, which comes within 23 minutes",
  LANE,
  async () => {
    const now = Number(await guest.sh("change-source; sync; date +%s")) * 1000;
    await guest.cutPower();
    await guest.boot(new Date(now + 3 * DAY_MS));
    await attachDisk(guest, "backup");
    await plug(guest, "backup");
    const seconds = await guest.sh(`
      next=$(systemctl show --value --property=NextElapseUSecRealtime bakup.timer)
      echo $(($(date --date="$next" +%s) - $(date +%s)))`);
    assert.ok(Number(seconds) <= 23 * 60, `the first poll is ${seconds} seconds away`);
    const { code, messages } = await poll("2 seconds ago");
    assert.equal(code, 0, messages);
    assert.equal((await versions()).at(-1), 3);
    assert.equal(await diskState(guest), "locked");
  },
);

test("plugging the disk in starts the profile that wishes so", LANE, async () => {
  const unit = "bakup@laptop.service";
  await yank(guest, "backup");
  await guest.sh(`change-source; sed -i 's/= 5h$/= 1s\\nwhen_plugged = yes/' ${CONFIGURATION}; bakup check`);
  await plug(guest, "backup");
  await guest.sh(`until [ -n "$(systemctl show --value --property=InvocationID ${unit})" ]; do sleep 2; done`);
  await serviceEnds(guest, unit);
  assert.equal((await endingOf(guest, unit)).code, 0, await guest.sh(`journalctl --unit=${unit} --output=cat`));
  assert.equal((await versions()).at(-1), 4);
  assert.equal(await diskState(guest), "locked");
});
