import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Random, seededRandom } from "../bench/random.ts";
import { plug } from "./disks.ts";
import type { Guest } from "./guest.ts";
import { LANE } from "./lane.ts";
import { diskState, MOUNT, runService, startHeld, UNMOUNT, wakeLaptop, wholeSnapshots } from "./laptop.ts";
import { attachCachedDisk, loseUnflushed } from "./write-cache.ts";

/** Each takes a boot. BAKUP_TEST_POWER_CUTS asks for more of them. */
const CUTS = Number(process.env.BAKUP_TEST_POWER_CUTS ?? 2);
/** Of the moments, and of what is lost. New ones each time: BAKUP_TEST_SEED repeats those of an earlier time. */
const { BAKUP_TEST_SEED = "random" } = process.env;
const SEED = BAKUP_TEST_SEED === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(BAKUP_TEST_SEED);

let guest: Guest;
/** How long a run takes in this guest. */
let runMs: number;
/** The clock that the guest boots with: it never goes back. */
let clockMs = Date.now();

before(async () => {
  if (LANE.skip === false) {
    guest = await wakeLaptop({ attach: attachCachedDisk });
    // By itself the file system writes nothing for minutes: what lasts is what bakup has asked for.
    await guest.sh(`
      sed -i 's|\\(/mnt/backup .*\\),noatime|\\1,noatime,commit=300|' /etc/fstab
      ln -s /etc/bakup/hold /usr/local/bin/sort
      sync`);
    const started = Date.now();
    const { code, status } = await runService(guest);
    assert.equal(code, 0, status);
    runMs = Date.now() - started;
    // The next manifest is made of a listing that is sorted by a program: that can be held.
    await guest.sh(`${MOUNT}; rm /mnt/backup/laptop/.bakup/*.mtree.gz; ${UNMOUNT}`);
  }
});
after(() => guest?.end());

/** @returns what is said of it */
async function cutPower(random: Random): Promise<string> {
  await guest.cutPower();
  const { flushed, unflushed, lost } = loseUnflushed(guest, "backup", random);
  clockMs += 600_000;
  await guest.boot(new Date(clockMs));
  await attachCachedDisk(guest, "backup");
  await plug(guest, "backup");
  return `${flushed} writes had been flushed; of ${unflushed} later ones, ${lost} were lost`;
}

/** @returns the newest snapshot's version of the source; all that are listed as complete are whole */
async function newestVersion(): Promise<number | undefined> {
  const snapshots = await wholeSnapshots(guest);
  assert.ok(snapshots.length > 0);
  return snapshots.at(-1)?.version;
}

async function sourceVersion(): Promise<number> {
  return Number(await guest.sh("cat /srv/data/version"));
}

async function nextRunIsComplete(): Promise<void> {
  const { code, status } = await runService(guest);
  assert.equal(code, 0, status);
  assert.equal(await newestVersion(), await sourceVersion());
  assert.equal(await diskState(guest), "locked");
}

test("the backup disk has a write cache that is lost with the power", LANE, async () => {
  assert.equal(await guest.sh("cat /sys/block/sda/queue/write_cache"), "write back\n");
});

test("a power cut as soon as a snapshot is announced: it is listed, and whole", LANE, async (t) => {
  const random = seededRandom(SEED);
  t.diagnostic(`BAKUP_TEST_SEED=${SEED}`);
  await guest.sh("change-source");
  await startHeld(guest, "taken");
  t.diagnostic(await cutPower(random));
  assert.equal(await newestVersion(), await sourceVersion());
  await nextRunIsComplete();
});

test("a power cut as soon as a snapshot is said to be pinned: it is", LANE, async (t) => {
  const random = seededRandom(SEED);
  t.diagnostic(`BAKUP_TEST_SEED=${SEED}`);
  await guest.sh(MOUNT);
  await guest.sh("bakup pin laptop latest --reason 'of two minds'");
  t.diagnostic(await cutPower(random));
  await guest.sh(`${MOUNT}; bakup unpin laptop latest; ${UNMOUNT}`);
});

for (let cut = 0; cut < CUTS; cut += 1) {
  test(`power cut ${cut + 1} of ${CUTS}: what is listed is whole, and the next run ends well`, LANE, async (t) => {
    const random = seededRandom(SEED + cut);
    const wait = (runMs * (cut + random.next())) / CUTS;
    t.diagnostic(`BAKUP_TEST_SEED=${SEED}: ${Math.round(wait)} ms after the start of a run that takes ${runMs} ms`);
    await guest.sh("change-source; systemctl start --no-block bakup.service");
    await sleep(wait);
    t.diagnostic(await cutPower(random));
    await newestVersion();
    await nextRunIsComplete();
  });
}
