import { setTimeout as sleep } from "node:timers/promises";
import { describeError } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";
import type { Journal } from "../journal/journal.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import type { DiskBackend } from "./backend.ts";
import { isDeviceGone } from "./block.ts";
import { describeHolders } from "./holders.ts";
import { mountAt } from "./mounts.ts";
import { runDiskTool } from "./tool.ts";

/** How long to wait for those who keep the disk busy: less than systemd gives a service to stop. */
const BUSY_SECONDS = 45;
const BUSY_STEP_MS = 500;

export interface UnmountOptions {
  backend: DiskBackend;
  journal: Journal;
  /** Default: 45. */
  busySeconds?: number;
}

/**
 * Writes everything to the disk and unmounts it; while somebody keeps it busy it waits and says who. A disk that is
 * gone is let go at once.
 * @throws BakupError when the disk did not take what was written to it, or stays mounted.
 */
export async function unmountDisk(
  { device, mountPoint }: { device: string | undefined; mountPoint: string },
  { backend, journal, busySeconds = BUSY_SECONDS }: UnmountOptions,
): Promise<void> {
  const unwritten = await syncDisk(mountPoint);
  const deadline = Date.now() + busySeconds * 1000;
  for (let told = false; mountAt(mountPoint) !== undefined; ) {
    const failure = await attempt(() => backend.unmount({ device: device ?? mountPoint, mountPoint }));
    if (mountAt(mountPoint) === undefined) {
      break;
    }
    if (isGone(device)) {
      await detach(mountPoint);
      break;
    }
    const holders = describeHolders(mountPoint);
    if (Date.now() > deadline) {
      throw new BakupError(`${mountPoint} stays mounted: ${failure ?? "the call succeeded"}; in use by ${holders}`, {
        hint: `end it, then: umount ${mountPoint}`,
      });
    }
    if (!told) {
      journal.event("diskBusy", { path: mountPoint, holders });
      told = true;
    }
    await sleep(BUSY_STEP_MS);
  }
  if (unwritten !== undefined && !isGone(device)) {
    throw new BakupError(`the disk on ${mountPoint} did not take everything that was written: ${unwritten}`, {
      hint: "the disk may be failing: look at dmesg, and have its newest snapshot verified",
    });
  }
}

/** Undefined when all is on the disk. An unmount that succeeds is no proof of that. */
async function syncDisk(mountPoint: string): Promise<string | undefined> {
  if (mountAt(mountPoint) === undefined) {
    return undefined;
  }
  const result = await runCommand("sync", ["--file-system", mountPoint]);
  return result.exitCode === 0 ? undefined : firstComplaint(result);
}

async function attempt(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

/** A network share is never gone. */
function isGone(device: string | undefined): boolean {
  return device !== undefined && isDeviceGone(device);
}

async function detach(mountPoint: string): Promise<void> {
  const result = await runDiskTool("umount", ["--lazy", mountPoint]);
  if (result.exitCode !== 0 && mountAt(mountPoint) !== undefined) {
    throw new BakupError(`the disk is gone, but ${mountPoint} stays mounted: ${firstComplaint(result)}`);
  }
}
