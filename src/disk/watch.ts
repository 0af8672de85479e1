import { existsSync } from "node:fs";
import { BakupError } from "../errors/errors.ts";
import { disksBelow, isMountOf } from "./block.ts";
import { mountAt } from "./mounts.ts";

const STEP_MS = 500;

/** The backup disk went away, or went dead, in the middle of a run. */
export class DiskGoneError extends BakupError {}

export interface DiskWatch {
  /** What is wrong with the disk now. */
  look(): DiskGoneError | undefined;
  end(): void;
}

/**
 * Looks twice a second whether a mounted disk is still there, and says once when it is not. The kernel's own files are
 * read, never the disk, so a disk that does not answer holds nobody up.
 */
export function watchDisk(
  disk: { device: string; mountPoint: string },
  onGone: (error: DiskGoneError) => void,
): DiskWatch {
  const disks = disksBelow(disk.device);
  const look = () => {
    const trouble = troubleOf(disk, disks);
    return trouble === undefined
      ? undefined
      : new DiskGoneError(trouble, { hint: "see that the disk is well connected, and look at dmesg" });
  };
  const timer = setInterval(() => {
    const error = look();
    if (error !== undefined) {
      clearInterval(timer);
      onGone(error);
    }
  }, STEP_MS);
  timer.unref();
  return { look, end: () => clearInterval(timer) };
}

function troubleOf(
  { device, mountPoint }: { device: string; mountPoint: string },
  disks: readonly string[],
): string | undefined {
  if (!disks.every((folder) => existsSync(folder))) {
    return `the backup disk ${device} was pulled out`;
  }
  const mount = mountAt(mountPoint);
  if (mount === undefined || !isMountOf(mount, device)) {
    return `the backup disk is no longer mounted on ${mountPoint}`;
  }
  return mount.readOnly ? `the kernel has made the backup disk on ${mountPoint} read-only` : undefined;
}
