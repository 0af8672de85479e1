import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Mount } from "./mountinfo.ts";

const SYSFS = "/sys/class/block";
const BTRFS = "/sys/fs/btrfs";

/** An unlocked encrypted device. */
export interface Cleartext {
  /** As in /dev/mapper/backup-disk. */
  path: string;
  /** The kernel's name, as in dm-0. */
  kernelName: string;
}

/** "MAJOR:MINOR" of a device's file; undefined when it is no block device, or not there. */
export function blockNumber(path: string): string | undefined {
  const status = statOrUndefined(path);
  if (status?.isBlockDevice() !== true) {
    return undefined;
  }
  const major = (status.rdev >> 8) & 0xfff;
  const minor = (status.rdev & 0xff) | ((status.rdev >> 12) & 0xfff00);
  return `${major}:${minor}`;
}

/**
 * Whether there is such a file of a device, or a link to one. By stat(2): a unit that may not open devices
 * (DevicePolicy=) is refused access(2), which existsSync asks, also for what is there.
 */
export function isDeviceThere(path: string): boolean {
  return statOrUndefined(path) !== undefined;
}

/** The kernel's folder of a device. Undefined once the device is gone. */
export function sysfsOf(number: string): string | undefined {
  return realPathOrUndefined(`/sys/dev/block/${number}`);
}

/** Whether a mounted file system is the one of a device; of several devices (btrfs) any one will do. */
export function isMountOf({ number, source }: Mount, device: string): boolean {
  const wanted = blockNumber(device);
  const named = blockNumber(source);
  return wanted !== undefined && (number === wanted || named === wanted || isSameBtrfs(named, wanted));
}

function isSameBtrfs(one: string | undefined, other: string): boolean {
  const names = [one ?? "", other].map((number) => basename(sysfsOf(number) ?? ""));
  return namesIn(BTRFS).some((uuid) => {
    const members = namesIn(join(BTRFS, uuid, "devices"));
    return names.every((name) => members.includes(name));
  });
}

/** What an encrypted device was unlocked to, whoever did it. */
export function cleartextOf(device: string): Cleartext | undefined {
  const folder = sysfsOf(blockNumber(device) ?? "");
  const holders = folder === undefined ? [] : namesIn(join(folder, "holders"));
  const kernelName = holders.find((holder) => dmField(holder, "uuid").startsWith("CRYPT-"));
  return kernelName === undefined ? undefined : { path: `/dev/mapper/${dmField(kernelName, "name")}`, kernelName };
}

/**
 * Unlocked devices with this name or this LUKS UUID whose disk is gone: it was pulled out while files were open.
 * A disk that is plugged in again is a new device to the kernel, even under the old name.
 */
export function staleCleartexts({ name, uuid }: { name: string | undefined; uuid: string | undefined }): Cleartext[] {
  const luks = uuid?.replaceAll("-", "").toLowerCase();
  return namesIn(SYSFS).flatMap((kernelName) => {
    const dmUuid = dmField(kernelName, "uuid");
    const dmName = dmField(kernelName, "name");
    const isWanted = dmName === name || (luks !== undefined && dmUuid.toLowerCase().includes(`-${luks}-`));
    return isWanted && isOrphan(kernelName) ? [{ path: `/dev/mapper/${dmName}`, kernelName }] : [];
  });
}

/** Whether a device, or the disk below an unlocked one, was pulled out. */
export function isDeviceGone(device: string): boolean {
  const folder = sysfsOf(blockNumber(device) ?? "");
  return folder === undefined || isOrphan(basename(folder));
}

/** Whether an unlocked device has lost its disk. */
function isOrphan(kernelName: string): boolean {
  const slaves = join(SYSFS, kernelName, "slaves");
  const hasDisk = namesIn(slaves).some((slave) => existsSync(join(slaves, slave, "holders", kernelName)));
  return dmField(kernelName, "uuid").startsWith("CRYPT-") && !hasDisk;
}

/** The kernel's folders of the disks and partitions that a device rests on in the end. */
export function disksBelow(device: string): string[] {
  const folder = sysfsOf(blockNumber(device) ?? "");
  return folder === undefined ? [] : bottomOf(folder);
}

/** The UUID of what is on a device (LUKS, a file system), as udev knows it. */
export function uuidOf(device: string): string | undefined {
  const number = blockNumber(device);
  return namesIn("/dev/disk/by-uuid").find((uuid) => blockNumber(`/dev/disk/by-uuid/${uuid}`) === number);
}

function bottomOf(folder: string): string[] {
  const below = namesIn(join(folder, "slaves")).flatMap((name) => {
    const slave = realPathOrUndefined(join(folder, "slaves", name));
    return slave === undefined ? [] : bottomOf(slave);
  });
  return below.length > 0 ? below : [folder];
}

function dmField(kernelName: string, field: "name" | "uuid"): string {
  try {
    return readFileSync(join(SYSFS, kernelName, "dm", field), "utf8").trim();
  } catch {
    return "";
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function realPathOrUndefined(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function statOrUndefined(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
