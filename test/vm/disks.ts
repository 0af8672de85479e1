import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Guest } from "./guest.ts";

/** Makes an empty disk that can be plugged in; it is a file in the guest's folder. */
export async function makeDisk({ monitor, folder }: Guest, name: string, mebibytes = 256): Promise<void> {
  const file = join(folder, `${name}.qcow2`);
  execFileSync("qemu-img", ["create", "-q", "-f", "qcow2", file, `${mebibytes}M`]);
  await monitor("blockdev-add", { driver: "qcow2", "node-name": name, file: { driver: "file", filename: file } });
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
