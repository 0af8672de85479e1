import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { deviceOf, makeDisk, plug, yank } from "./disks.ts";
import type { Guest } from "./guest.ts";
import { LANE } from "./lane.ts";
import {
  diskState,
  journalOf,
  LOCK,
  MOUNT,
  runService,
  UNLOCK,
  UNMOUNT,
  wakeLaptop,
  wholeSnapshots,
} from "./laptop.ts";

const KEY = "/etc/cryptsetup-keys.d/backup-disk.key";
/** As in laptop.conf. */
const KEPT = 3;

let guest: Guest;
const taken: string[] = [];

before(async () => {
  if (LANE.skip === false) {
    guest = await wakeLaptop();
  }
});
after(() => guest?.end());
afterEach(async () => {
  if (LANE.skip === false) {
    assert.equal(await diskState(guest), "locked");
  }
});

type Run = Awaited<ReturnType<typeof runAndListen>>;

/** A run that must work, of a source that has changed. */
async function backUp(): Promise<Run> {
  await guest.sh("change-source");
  const run = await runAndListen();
  await expectSnapshot(run);
  return run;
}

/** The run has worked: its snapshot is whole, and the newest ones are left. */
async function expectSnapshot({ code, entries, messages }: Run): Promise<void> {
  assert.equal(code, 0, messages.join("\n"));
  taken.push(entries.find(({ BAKUP_KIND }) => BAKUP_KIND === "snapshotTaken")?.BAKUP_SNAPSHOT ?? "none");
  const snapshots = await wholeSnapshots(guest);
  assert.deepEqual(
    snapshots.map(({ name }) => name),
    taken.slice(-KEPT),
  );
}

/** Runs the service, and reads what it says meanwhile. */
async function runAndListen() {
  const earlier = (await journalOf(guest)).length;
  const ending = await runService(guest);
  const entries = (await journalOf(guest)).slice(earlier).filter(({ BAKUP_KIND }) => BAKUP_KIND !== undefined);
  const kinds = entries.map(({ BAKUP_KIND }) => BAKUP_KIND ?? "");
  return { ...ending, entries, kinds, messages: entries.map(({ MESSAGE }) => MESSAGE ?? "") };
}

/** A run that must fail. @returns the error that it ends with */
async function runFails(code: number): Promise<Record<string, string>> {
  const run = await runAndListen();
  assert.equal(run.code, code, run.messages.join("\n"));
  return run.entries.find(({ BAKUP_KIND }) => BAKUP_KIND === "runFailed") ?? {};
}

test("a disk that is unlocked already stays unlocked", LANE, async () => {
  await guest.sh(UNLOCK);
  await backUp();
  assert.equal(await diskState(guest), "unlocked");
  await guest.sh(LOCK);
});

test("a disk that is mounted already stays mounted", LANE, async () => {
  await guest.sh(MOUNT);
  await backUp();
  assert.equal(await diskState(guest), "mounted");
  await guest.sh(UNMOUNT);
});

test("a disk that is mounted read-only is refused, and stays as it was", LANE, async () => {
  await guest.sh(`${UNLOCK}; mount -o ro /mnt/backup`);
  const { BAKUP_ERROR, BAKUP_HINT } = await runFails(5);
  assert.equal(BAKUP_ERROR, "the backup disk on /mnt/backup can only be read");
  assert.match(BAKUP_HINT ?? "", /write-protected/);
  assert.equal(await diskState(guest), "mounted");
  await guest.sh(UNMOUNT);
});

test("a disk that is write-protected is refused, and put away again", LANE, async () => {
  await guest.sh(`blockdev --setro ${deviceOf("backup")}; udevadm settle`);
  const { BAKUP_ERROR } = await runFails(5);
  assert.equal(BAKUP_ERROR, "the backup disk on /mnt/backup can only be read");
  await guest.sh(`blockdev --setrw ${deviceOf("backup")}; udevadm settle`);
});

test("a wrong key is an error that says so", LANE, async () => {
  await guest.sh(`mv ${KEY} /root/right-key; (umask 077; head -c 64 /dev/urandom > ${KEY})`);
  const { BAKUP_ERROR, BAKUP_HINT } = await runFails(5);
  await guest.sh(`mv /root/right-key ${KEY}`);
  assert.match(BAKUP_ERROR ?? "", /^cannot unlock \/dev\/sd.*: .*(not permitted|passphrase)/);
  assert.match(BAKUP_HINT ?? "", /^the key does not open this disk/);
});

test(
  "a key file of crypttab that is missing stops udisks2, also with another key: cryptsetup does it then",
  LANE,
  async () => {
    await guest.sh(`
      change-source
      mv ${KEY} /root/right-key
      sed -i 's|^mount = .*|&\\nkey = file:/root/right-key|' /etc/bakup/profiles.d/laptop.conf`);
    const run = await runAndListen();
    await guest.sh(`mv /root/right-key ${KEY}; sed -i '/^key = /d' /etc/bakup/profiles.d/laptop.conf`);
    assert.ok(run.kinds.includes("crypttabKeyMissing"), run.messages.join("\n"));
    await expectSnapshot(run);
  },
);

test("another disk that answers to the name is left alone, and so is one in the place of the disk", LANE, async () => {
  await makeDisk(guest, "other");
  await plug(guest, "other");
  await guest.sh(`
    mkdir /root/etc && cp -p /etc/crypttab /etc/fstab /root/etc
    ${MOUNT}; cp /mnt/backup/laptop/.bakup/store.json /root/store.json
    ${UNMOUNT}
    setup-disk ${deviceOf("other")}
    ${MOUNT}
    mkdir -m 700 /mnt/backup/laptop/.bakup
    sed 's/"id": *"..../"id": "0000/' /root/store.json > /mnt/backup/laptop/.bakup/store.json
    ${UNMOUNT}`);
  const wrongId = await runFails(3);
  assert.equal(wrongId.BAKUP_ERROR, "/mnt/backup/laptop is another store than before (another disk?)");
  assert.equal(await diskState(guest), "locked");
  await guest.sh(`
    cryptsetup open --key-file ${KEY} ${deviceOf("other")} other
    cp -p /root/etc/* /etc
    mount /dev/mapper/other /mnt/backup`);
  const wrongPlace = await runFails(3);
  assert.match(
    wrongPlace.BAKUP_ERROR ?? "",
    /^on \/mnt\/backup there is \/dev\/mapper\/other, and the backup disk is /,
  );
  assert.equal(await guest.sh("cd /mnt/backup/laptop && find . -mindepth 1 | sort"), "./.bakup\n./.bakup/store.json\n");
  await guest.sh("umount /mnt/backup; cryptsetup close other");
  await yank(guest, "other");
});

test("a disk that udisks2 unlocks and sees too late is used all the same, and locked again", LANE, async () => {
  await guest.sh(`delay-udev "grep --quiet --max-count=1 'disk .* unlocked' < <(
    exec journalctl --follow --lines=0 --unit=bakup.service --output=cat)"`);
  await backUp();
});

test("a disk that udisks2 unlocks and never sees is locked again by cryptsetup", LANE, async () => {
  await guest.sh("delay-udev 'until pgrep --full cryptdisks_sto[p]; do sleep 1; done'");
  const { BAKUP_ERROR } = await runFails(5);
  assert.match(BAKUP_ERROR ?? "", /^cannot mount .*udisks2 knows no device/);
});

test("without its disk a run is skipped in one line, and nobody is told", LANE, async () => {
  await guest.sh(`
    mkdir -p /run/user/0
    dbus-daemon --session --fork --address=unix:path=/run/user/0/bus --print-pid > /run/session.pid
    (dbus-monitor --address unix:path=/run/user/0/bus "member='Notify'" > /run/notified 2> /dev/null &)
    until grep --quiet NameAcquired /run/notified; do sleep 0.1; done`);
  const notifications = () => guest.sh("grep --count member=Notify /run/notified || true");
  await backUp();
  assert.equal(await notifications(), "2\n");
  await yank(guest, "backup");
  // systemd forgets how a unit has ended that no other refers to.
  await guest.sh("systemd-run --quiet --unit=after --property=After=bakup.service sleep infinity");
  const { code, kinds, messages } = await runAndListen();
  assert.equal(code, 75);
  assert.deepEqual(kinds, ["runSkipped"]);
  assert.deepEqual(messages, ["laptop: backup skipped: the backup disk backup-disk is not there"]);
  assert.equal(await notifications(), "2\n");
  await guest.sh('systemctl stop after.service; kill "$(cat /run/session.pid)"');
  await plug(guest, "backup");
});

test("what a disk left that was pulled out with open files is taken away by the next run", LANE, async () => {
  await guest.sh(`
    ${MOUNT}
    (exec sleep 1000 > /mnt/backup/open 2> /dev/null < /dev/null & echo $! > /run/holder)`);
  await yank(guest, "backup");
  await plug(guest, "backup");
  assert.match(await guest.sh("dmsetup ls"), /^backup-disk/m);
  await guest.sh('kill "$(cat /run/holder)"');
  const { kinds } = await backUp();
  assert.ok(kinds.includes("diskLeftovers"));
});
