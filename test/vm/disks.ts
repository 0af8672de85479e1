import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Guest } from "./guest.ts";

/** Makes an empty disk; it is a file in the guest's folder. */
export function createDisk({ folder }: Guest, name: string, mebibytes = 256): void {
  const file = diskFile(folder, name);
  writeFileSync(file, "");
  truncateSync(file, mebibytes * 1024 * 1024);
}

/** @internal */
export function diskFile(folder: string, name: string): string {
  return join(folder, `${name}.disk`);
}

/** Lets a disk be plugged in, until the guest's power is cut. */
export async function attachDisk({ monitor, folder }: Guest, name: string): Promise<void> {
  const file = { driver: "file", filename: diskFile(folder, name) };
  await monitor("blockdev-add", { driver: "raw", "node-name": name, file });
}

/** Makes an empty disk that can be plugged in. */
export async function makeDisk(guest: Guest, name: string, mebibytes?: number): Promise<void> {
  createDisk(guest, name, mebibytes);
  await attachDisk(guest, name);
}

/** The guest's name of a disk, as long as it is plugged in. */
export function deviceOf(name: string): string {
  return `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${name}`;
}

/** Plugs a disk in, as one does with a USB disk, and waits until the guest has seen it. */
export async function plug({ monitor, sh }: Guest, name: string): Promise<void> {
  await monitor("device_add", {
    driver: "scsi-hd",
    id: name,
    bus: "scsi.0",
    drive: name,
    serial: name,
    removable: true,
  });
  await sh(`until [ -b ${deviceOf(name)} ]; do sleep 0.05; done; udevadm settle`);
}

/** Pulls a disk out, without asking anybody, and waits until the guest has seen it. */
export async function yank({ monitor, sh }: Guest, name: string): Promise<void> {
  await monitor("device_del", { id: name });
  await sh(`while [ -e ${deviceOf(name)} ]; do sleep 0.05; done; udevadm settle`);
}
