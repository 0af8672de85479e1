import { realpathSync } from "node:fs";
import { BakupError, FailedToUnlockError } from "../errors/errors.ts";
import type { DiskBackend } from "./backend.ts";
import { blockNumber } from "./block.ts";
import { type CrypttabEntry, readCrypttab } from "./crypttab.ts";
import { type DiskName, fileOf, parseTag } from "./name.ts";

/** The device of a disk and what /etc/crypttab says of it. */
export interface FoundDisk {
  device: string;
  entry: CrypttabEntry | undefined;
}

/**
 * Finds the device that a name stands for. Undefined when it is not there.
 * @throws FailedToUnlockError when the name is not in /etc/crypttab, BakupError when several disks answer to it.
 */
export async function findDisk(name: DiskName, backend: Pick<DiskBackend, "find">): Promise<FoundDisk | undefined> {
  const entries = readCrypttab();
  if (name.kind !== "crypttab") {
    const device = await findDevice(name, backend);
    return device === undefined ? undefined : { device, entry: entryOf(device, entries) };
  }
  const entry = entries.find((candidate) => candidate.name === name.value);
  const tag = parseTag(entry?.device ?? "");
  if (entry === undefined || tag === undefined) {
    throw new FailedToUnlockError(`/etc/crypttab has no device for the name "${name.value}"`, {
      hint: `add a line such as: ${name.value} UUID=… none luks,noauto`,
    });
  }
  const device = await findDevice(tag, backend);
  return device === undefined ? undefined : { device, entry };
}

/** The one device that answers to a tag. @throws BakupError when several do: a copied disk, most likely. */
export async function findDevice(
  tag: Exclude<DiskName, { kind: "crypttab" }>,
  backend: Pick<DiskBackend, "find">,
): Promise<string | undefined> {
  const files = (await backend.find(tag)).filter((file) => blockNumber(file) !== undefined);
  const distinct = files.filter(
    (file, at) => files.findIndex((other) => blockNumber(other) === blockNumber(file)) === at,
  );
  if (distinct.length > 1) {
    throw new BakupError(`${distinct.length} disks answer to ${tag.kind} ${tag.value}: ${distinct.join(", ")}`, {
      hint: "unplug those that are not meant, or name the disk in another way",
    });
  }
  return distinct[0] === undefined ? undefined : realpathSync(distinct[0]);
}

function entryOf(device: string, entries: readonly CrypttabEntry[]): CrypttabEntry | undefined {
  const number = blockNumber(device);
  return entries.find((entry) => {
    const tag = parseTag(entry.device);
    return tag !== undefined && blockNumber(fileOf(tag)) === number;
  });
}
