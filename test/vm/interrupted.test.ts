import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { plug } from "./disks.ts";
import type { Guest } from "./guest.ts";
import { hasSnapshotAt, interruptRun, STEPS, type Step, type Way } from "./interruption.ts";
import { LANE } from "./lane.ts";
import { diskState, runService, wakeLaptop, wholeSnapshots } from "./laptop.ts";

/** Every interruption in every step instead of some: takes a quarter of an hour. */
const EVERYTHING = process.env.BAKUP_TEST_CRASH === "all";

const INTERRUPTIONS: Readonly<Record<Way, readonly Step[]>> = EVERYTHING
  ? { stopped: STEPS, killed: STEPS, pulled: STEPS }
  : { stopped: ["unlock", "transfer", "rotation"], killed: ["mount", "snapshot"], pulled: ["transfer", "unmount"] };

let guest: Guest;

before(async () => {
  if (LANE.skip === false) {
    guest = await wakeLaptop();
    await guest.sh("install-holds ext4");
    assert.equal((await runService(guest)).code, 0);
  }
});
after(() => guest?.end());

for (const [way, steps] of Object.entries(INTERRUPTIONS) as [Way, readonly Step[]][]) {
  for (const step of steps) {
    test(
      `${way} in the step ${step}: the disk is put back, the newest snapshot whole, the next run complete`,
      LANE,
      async () => {
        const before = await versionOfSource();
        await interruptRun(guest, step, way);
        assert.equal(await diskState(guest), way === "pulled" ? "absent" : "locked");
        assert.equal(await guest.sh("find /mnt/backup -mindepth 1"), "");
        if (way === "pulled") {
          await plug(guest, "backup");
        }
        assert.equal(await newestVersion(), hasSnapshotAt(step) ? before + 1 : before);
        await completeRun();
        assert.equal(await diskState(guest), "locked");
      },
    );
  }
}

async function versionOfSource(): Promise<number> {
  return Number(await guest.sh("cat /srv/data/version"));
}

async function newestVersion(): Promise<number | undefined> {
  return (await wholeSnapshots(guest)).at(-1)?.version;
}

/** A run that nobody interrupts: what the source holds is in a snapshot then. */
async function completeRun(): Promise<void> {
  const { code, status } = await runService(guest);
  assert.equal(code, 0, status);
  assert.equal(await newestVersion(), await versionOfSource());
}
