import { setTimeout as sleep } from "node:timers/promises";
import { cleartextOf, isMountOf } from "../disk/block.ts";
import { openBackend } from "../disk/choose-backend.ts";
import { lockDisk } from "../disk/lock.ts";
import { removeFolder } from "../disk/mount.ts";
import { readMounts } from "../disk/mountinfo.ts";
import { isMounted } from "../disk/mounts.ts";
import { openToolsBackend } from "../disk/tools-backend.ts";
import { unmountDisk } from "../disk/unmount.ts";
import type { Journal } from "../journal/journal.ts";
import { forgetOpenDisk, type OpenDisk } from "./open-disks.ts";

/** A killed run may have asked for a disk that is unlocked, or mounted, only afterwards. */
const APPEAR_SECONDS = 10;
const APPEAR_STEP_MS = 200;

/**
 * Closes what a killed run has left open: unmounts and locks its disk, as the run itself would have done. The caller
 * holds the lock of that run.
 * @throws BakupError when the disk stays mounted or unlocked; a later call tries again.
 */
export async function closeLeftOpen(left: OpenDisk, journal: Journal): Promise<void> {
  const { unlocked, mounted } = left;
  journal.event("diskLeftOpen", { disk: unlocked?.device ?? mounted?.device ?? mounted?.point ?? "" });
  const backend = await openBackend(left.backend, journal);
  try {
    const cleartext = unlocked === undefined ? undefined : await appearing(() => cleartextOf(unlocked.device));
    const device = cleartext?.path ?? mounted?.device;
    const points = mounted === undefined ? [] : await appearing(() => pointsOf(device, mounted.point));
    for (const point of points ?? []) {
      await unmountDisk(
        { device, mountPoint: point },
        { backend: device === undefined ? openToolsBackend() : backend, journal },
      );
      journal.event("diskUnmounted", { path: point });
    }
    removeFolder(mounted?.point, mounted?.madeFolder === true);
    if (unlocked !== undefined && cleartext !== undefined) {
      await lockDisk({ ...unlocked, cleartext }, backend);
      journal.event("diskLocked", { disk: unlocked.device });
    }
  } finally {
    backend.close();
  }
  forgetOpenDisk(left.guardKey);
}

async function appearing<T>(look: () => T | undefined): Promise<T | undefined> {
  const deadline = Date.now() + APPEAR_SECONDS * 1000;
  for (;;) {
    const seen = look();
    if (seen !== undefined || Date.now() > deadline) {
      return seen;
    }
    await sleep(APPEAR_STEP_MS);
  }
}

function pointsOf(device: string | undefined, wanted: string | undefined): string[] | undefined {
  if (device === undefined) {
    return wanted !== undefined && isMounted(wanted) ? [wanted] : undefined;
  }
  const points = readMounts().flatMap((mount) => (isMountOf(mount, device) ? [mount.point] : []));
  return points.length === 0 ? undefined : points;
}
