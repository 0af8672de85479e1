import { type ManagedObjects, openUdisks, type Properties, pathOf } from "./udisks.ts";

/** A disk, or a partition, that holds or could hold backups. One with neither file system nor encryption is empty. */
export interface DiskInfo {
  /** As in /dev/sdb1. */
  device: string;
  /** Of the file system; of an encrypted disk only once it is unlocked. Empty when it has none. */
  label: string;
  /** Of the encrypted device itself, else of the file system: what `crypto = UUID=…` and `device = UUID=…` take. */
  uuid: string;
  sizeBytes: number;
  /** As in "ext4"; of an encrypted disk only once it is unlocked. Empty when it has none. */
  fileSystem: string;
  encrypted: boolean;
  /** Never true for a disk that is not encrypted. */
  unlocked: boolean;
  /** Where it is mounted; empty when it is not. */
  mountPoints: string[];
  /** The maker's name for it, for people; may be empty. */
  model: string;
  /** udisks2 takes it for a part of this machine, and not for one that comes and goes. */
  system: boolean;
}

const KIND = "org.freedesktop.UDisks2";

/** Smaller ones hold boot loaders and the like, not backups. */
const SMALLEST_EMPTY_BYTES = 32 * 1024 * 1024;

/**
 * Every disk with a file system or encryption and every empty one, as udisks2 knows them.
 * @throws BakupError when udisks2 is not there
 */
export async function listDisks(): Promise<DiskInfo[]> {
  const udisks = await openUdisks();
  try {
    return disksIn(await udisks.objects());
  } finally {
    udisks.close();
  }
}

/** The same from the objects of udisks2; an unlocked device is told with its encrypted one. */
export function disksIn(objects: ManagedObjects): DiskInfo[] {
  return Object.entries(objects).flatMap(([path, interfaces]) => {
    const block = interfaces[`${KIND}.Block`];
    const usage = textOf(block, "IdUsage");
    const isOwn = textOf(block, "CryptoBackingDevice") === "/" && block?.HintIgnore?.value !== true;
    if (block === undefined || !isOwn || !(["filesystem", "crypto"].includes(usage) || isEmpty(interfaces))) {
      return [];
    }
    const encrypted = usage === "crypto";
    const inside = encrypted ? cleartextOf(path, objects) : interfaces;
    const drive = objects[textOf(block, "Drive")]?.[`${KIND}.Drive`];
    const points = inside?.[`${KIND}.Filesystem`]?.MountPoints?.value;
    return [
      {
        device: pathOf(block.Device?.value),
        label: textOf(inside?.[`${KIND}.Block`] ?? block, "IdLabel"),
        uuid: textOf(block, "IdUUID"),
        sizeBytes: sizeOf(block.Size?.value),
        fileSystem: inside?.[`${KIND}.Filesystem`] === undefined ? "" : typeOf(inside),
        encrypted,
        unlocked: encrypted && inside !== undefined,
        mountPoints: Array.isArray(points) ? points.map(pathOf) : [],
        model: [textOf(drive, "Vendor"), textOf(drive, "Model")].filter((name) => name !== "").join(" "),
        system: block.HintSystem?.value === true,
      },
    ];
  });
}

function typeOf(interfaces: ManagedObjects[string]): string {
  return textOf(interfaces[`${KIND}.Block`], "IdType");
}

/** Neither partitioned, nor used by anything that udisks2 knows. */
function isEmpty(interfaces: ManagedObjects[string]): boolean {
  const block = interfaces[`${KIND}.Block`];
  const isFree = textOf(block, "IdUsage") === "" && textOf(block, "IdType") === "" && block?.ReadOnly?.value !== true;
  const isParted =
    interfaces[`${KIND}.PartitionTable`] !== undefined || interfaces[`${KIND}.Partition`]?.IsContainer?.value === true;
  return isFree && !isParted && sizeOf(block?.Size?.value) >= SMALLEST_EMPTY_BYTES;
}

function cleartextOf(path: string, objects: ManagedObjects): ManagedObjects[string] | undefined {
  return Object.values(objects).find((other) => textOf(other[`${KIND}.Block`], "CryptoBackingDevice") === path);
}

/** udisks2 has sizes in 64 bits. */
function sizeOf(value: unknown): number {
  const size = typeof value === "bigint" ? Number(value) : value;
  return typeof size === "number" && Number.isInteger(size) && size >= 0 ? size : 0;
}

function textOf(properties: Properties | undefined, name: string): string {
  const value = properties?.[name]?.value;
  return typeof value === "string" ? value : "";
}
