import { setTimeout as sleep } from "node:timers/promises";
import { BusReplyError } from "../dbus/errors.ts";
import { BakupError } from "../errors/errors.ts";
import type { DiskBackend } from "./backend.ts";
import { blockNumber } from "./block.ts";
import { fileOf } from "./name.ts";
import { isAbsent, openUdisks, pathOf, type Udisks } from "./udisks.ts";

/** How long udev and udisks2 may take to look into a device that has just appeared. */
const APPEAR_SECONDS = 8;
const APPEAR_STEP_MS = 200;

/** Disks by way of udisks2, which works for a service that may do nothing itself. @throws BakupError when it is not there */
export async function openUdisksBackend(): Promise<DiskBackend> {
  const udisks = await openUdisks();
  return {
    name: "udisks2",
    find: async (tag) => {
      const objects = await udisks.resolve({ [tag.kind]: tag.value });
      // A disk that has just been plugged in is known to udev first.
      const isComing = objects.length === 0 && blockNumber(fileOf(tag)) !== undefined;
      const known = isComing ? [await whenThere(() => objectOf(udisks, fileOf(tag)))] : objects;
      return Promise.all(known.map(async (object) => pathOf(await udisks.property(object, "Block", "Device"))));
    },
    unlock: async ({ device, key }) => {
      await whenThere(async () => udisks.unlock(await objectOf(udisks, device), key === "crypttab" ? undefined : key));
    },
    lock: async ({ device }) => udisks.lock(await objectOf(udisks, device)),
    mount: async ({ device }) => {
      await whenThere(async () => udisks.mount(await objectOf(udisks, device)));
    },
    unmount: async ({ device }) => udisks.unmount(await objectOf(udisks, device)),
    close: () => udisks.close(),
  };
}

class UnknownDeviceError extends BakupError {}

async function objectOf(udisks: Udisks, device: string): Promise<string> {
  const [object] = await udisks.resolve({ path: device });
  if (object === undefined) {
    throw new UnknownDeviceError(`udisks2 knows no device ${device}`);
  }
  return object;
}

/** Tries again while udisks2 has not seen the device, or not what is on it. */
async function whenThere<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + APPEAR_SECONDS * 1000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isEarly = error instanceof UnknownDeviceError || (error instanceof BusReplyError && isAbsent(error));
      if (!isEarly || Date.now() > deadline) {
        throw error;
      }
    }
    await sleep(APPEAR_STEP_MS);
  }
}
