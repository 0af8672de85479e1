import { yank } from "./disks.ts";
import type { Guest } from "./guest.ts";
import { letGo, serviceEnds, startHeld } from "./laptop.ts";

/** The steps in which a run can be interrupted. */
export const STEPS = ["unlock", "mount", "plan", "transfer", "snapshot", "rotation", "unmount"] as const;
export type Step = (typeof STEPS)[number];

/** What interrupts a run. */
const WAYS = {
  stopped: ({ sh }: Guest) =>
    sh(`
      systemctl stop --no-block bakup.service
      while [ "$(systemctl show --value --property=ActiveState bakup.service)" = activating ]; do sleep 0.5; done`),
  /** Those who clean up after it are at work then. */
  killed: ({ sh }: Guest) =>
    sh(`
      cursor=$(journalctl --lines=0 --show-cursor | sed -n 's/^-- cursor: //p')
      systemctl kill --kill-who=main --signal=KILL bakup.service
      grep --quiet --max-count=1 'a run was killed' < <(
        exec journalctl --follow --after-cursor="$cursor" --unit=bakup.service --output=cat)`),
  pulled: (guest: Guest) => yank(guest, "backup"),
} as const;
export type Way = keyof typeof WAYS;

/** Here udisks2 works for the run, and ends what it has begun whatever becomes of the run. */
const BY_UDISKS: readonly Step[] = ["unlock", "mount", "unmount"];
/** By then the run's snapshot is listed. */
const AFTER_SNAPSHOT: readonly Step[] = ["rotation", "unmount"];

export function hasSnapshotAt(step: Step): boolean {
  return AFTER_SNAPSHOT.includes(step);
}

/**
 * Starts a run of the source's next version, interrupts it in the middle of a step, and waits until its service has
 * ended. Needs tools/install-holds.
 */
export async function interruptRun(guest: Guest, step: Step, way: Way): Promise<void> {
  await guest.sh(`change-source; keep-snapshots ${step === "rotation" ? 1 : 3}`);
  await startHeld(guest, step);
  await WAYS[way](guest);
  if (BY_UDISKS.includes(step)) {
    await letGo(guest);
  }
  await serviceEnds(guest);
  await letGo(guest);
  await guest.sh("keep-snapshots 3");
}
