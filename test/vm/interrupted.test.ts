import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Guest } from "./guest.ts";
import { hasSnapshotAt, type Step, stopRun } from "./interruption.ts";
import { LANE } from "./lane.ts";
import { diskState, runService, wakeLaptop, wholeSnapshots } from "./laptop.ts";

const STEPS: readonly Step[] = ["unlock", "transfer", "rotation"];

let guest: Guest;

before(async () => {
  if (LANE.skip === false) {
    guest = await wakeLaptop();
    await guest.sh("install-holds");
    assert.equal((await runService(guest)).code, 0);
  }
});
after(() => guest?.end());

for (const step of STEPS) {
  test(
    `stopped in the step ${step}: the disk is locked, the newest snapshot whole, the next run complete`,
    LANE,
    async () => {
      const before = await versionOfSource();
      await stopRun(guest, step);
      assert.equal(await diskState(guest), "locked");
      assert.equal(await guest.sh("find /mnt/backup -mindepth 1"), "");
      assert.equal(await newestVersion(), hasSnapshotAt(step) ? before + 1 : before);
      await completeRun();
      assert.equal(await diskState(guest), "locked");
    },
  );
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
