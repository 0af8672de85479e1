import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { resolve } from "node:path";
import { isOutcomeUnknown } from "../dbus/errors.ts";
import { describeError, errnoOf } from "../errors/describe.ts";
import { FailedToMountError, SnapshotsFolderNotFoundError } from "../errors/errors.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import type { DiskBackend } from "./backend.ts";
import { isMountOf, uuidOf } from "./block.ts";
import { readFstab } from "./fstab.ts";
import { readMounts } from "./mountinfo.ts";
import { isMounted, mountAt } from "./mounts.ts";

export interface MountedDisk {
  point: string;
  /** Whether this call mounted it. */
  ours: boolean;
  /** Whether the folder of the mount point came into being with it. */
  madeFolder: boolean;
}

/**
 * Mounts a device: on the wanted mount point, or without one where fstab or udisks2 wants it. Whether it worked is read
 * from the kernel.
 * @throws FailedToMountError; SnapshotsFolderNotFoundError when something else is mounted there
 */
export async function mountDisk(
  device: string,
  { backend, mountPoint }: { backend: DiskBackend; mountPoint: string | undefined },
): Promise<MountedDisk> {
  const wanted = mountPoint === undefined ? undefined : resolve(mountPoint);
  const before = pointsOf(device);
  const already = wanted === undefined ? before[0] : before.find((point) => point === wanted);
  if (already !== undefined) {
    return { point: already, ours: false, madeFolder: false };
  }
  if (before[0] !== undefined) {
    throw new FailedToMountError(`${device} is mounted on ${before[0]} already, not on ${wanted}`, {
      hint: `unmount it there, or set mount = ${before[0]} in [disk]`,
    });
  }
  refuseTaken(device, wanted);
  const madeFolder = wanted !== undefined && !existsSync(wanted);
  if (madeFolder && backend.name === "tools") {
    mkdirSync(wanted, { recursive: true });
  }
  let failure: unknown;
  try {
    await backend.mount({ device, mountPoint: wanted, inFstab: isInFstab(wanted) });
  } catch (error) {
    failure = error;
  }
  const [point] = pointsOf(device);
  if (point === undefined) {
    removeFolder(wanted, madeFolder);
    throw failed(device, wanted, failure);
  }
  const mounted = { point, ours: failure === undefined || isOutcomeUnknown(failure), madeFolder };
  if (wanted !== undefined && point !== wanted) {
    await backend.unmount({ device, mountPoint: point });
    throw elsewhere({ device, wanted, point });
  }
  return mounted;
}

/** Mounts what fstab has for a mount point and is no block device. @throws FailedToMountError */
export async function mountByFstab(mountPoint: string): Promise<MountedDisk> {
  const point = resolve(mountPoint);
  if (isMounted(point)) {
    return { point, ours: false, madeFolder: false };
  }
  const result = await runCommand("mount", [point], { timeoutSeconds: 300 });
  if (!isMounted(point)) {
    throw new FailedToMountError(`cannot mount ${point}: ${firstComplaint(result)}`, {
      hint: `look at its line in /etc/fstab; try: mount ${point}`,
    });
  }
  return { point, ours: true, madeFolder: false };
}

/** Takes a mount point's folder away again that was made for it; what is not empty stays. */
export function removeFolder(path: string | undefined, madeFolder: boolean): void {
  if (path === undefined || !madeFolder) {
    return;
  }
  try {
    rmdirSync(path);
  } catch (error) {
    if (!["ENOENT", "ENOTEMPTY", "EBUSY", "EACCES", "EPERM"].includes(errnoOf(error) ?? "")) {
      throw error;
    }
  }
}

/** An automount point waits for the disk. */
function refuseTaken(device: string, wanted: string | undefined): void {
  const mount = wanted === undefined ? undefined : mountAt(wanted);
  if (mount !== undefined && mount.type !== "autofs") {
    throw new SnapshotsFolderNotFoundError(`on ${wanted} there is ${mount.source}, and the backup disk is ${device}`, {
      hint: `unmount it: umount ${wanted}`,
    });
  }
}

function pointsOf(device: string): string[] {
  return readMounts().flatMap((mount) => (isMountOf(mount, device) ? [mount.point] : []));
}

function isInFstab(mountPoint: string | undefined): boolean {
  return readFstab().some((entry) => entry.mountPoint === mountPoint);
}

function elsewhere({ device, wanted, point }: { device: string; wanted: string; point: string }): FailedToMountError {
  const uuid = uuidOf(device);
  const name = uuid === undefined ? device : `UUID=${uuid}`;
  return new FailedToMountError(`udisks2 mounts ${device} on ${point}, not on ${wanted}; it was unmounted again`, {
    hint: `add a line to /etc/fstab, such as: ${name} ${wanted} auto noauto,nosuid,nodev 0 0`,
  });
}

function failed(device: string, wanted: string | undefined, failure: unknown): FailedToMountError {
  const where = wanted === undefined ? "" : ` on ${wanted}`;
  const said = failure === undefined ? "the call succeeded, but nothing is mounted" : describeError(failure);
  return new FailedToMountError(`cannot mount ${device}${where}: ${said}`, {
    hint: `look at what the kernel says: dmesg; a damaged file system may want: fsck ${device}`,
    cause: failure,
  });
}
