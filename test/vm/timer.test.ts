import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Guest } from "./guest.ts";
import { LANE } from "./lane.ts";
import { diskState, type Ending, endingOf, journalOf, serviceEnds, wakeLaptop, wholeSnapshots } from "./laptop.ts";

const KEY = "/etc/cryptsetup-keys.d/backup-disk.key";
const CONFIGURATION = "/etc/bakup/profiles.d/laptop.conf";

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
