import type { Guest } from "./guest.ts";
import { letGo, serviceEnds, startHeld } from "./laptop.ts";

/** Steps in the middle of which a run can be stopped. */
export type Step = "unlock" | "transfer" | "rotation";

/** By then the run's snapshot is listed. */
export function hasSnapshotAt(step: Step): boolean {
  return step === "rotation";
}

/**
 * Starts a run of the source's next version, stops its service in the middle of a step, and waits until that has ended.
 * Needs tools/install-holds.
 */
export async function stopRun(guest: Guest, step: Step): Promise<void> {
  await guest.sh(`change-source; keep-snapshots ${step === "rotation" ? 1 : 3}`);
  await startHeld(guest, step);
  await guest.sh(`
    systemctl stop --no-block bakup.service
    while [ "$(systemctl show --value --property=ActiveState bakup.service)" = activating ]; do sleep 0.1; done`);
  if (step === "unlock") {
    // udisks2 ends what it has begun, whatever becomes of the run.
    await letGo(guest);
  }
  await serviceEnds(guest);
  await letGo(guest);
  await guest.sh("keep-snapshots 3");
}
