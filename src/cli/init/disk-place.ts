import type { CrypttabEntry } from "../../disk/crypttab.ts";
import type { FstabEntry } from "../../disk/fstab.ts";
import type { DiskInfo } from "../../disk/list.ts";
import { contains } from "../../path/containment.ts";
import { formatBytes } from "../../units/size.ts";

/** Where a disk holds, or would hold, backups; or what must be done with it first. */
export type DiskPlace =
  | {
      kind: "ready";
      folder: string;
      /** For [disk]; absent where udisks2 mounts the disk there by itself. */
      mount: string | undefined;
      /** What will mount it there the next time, if that is still to be said. */
      fstabLine: string | undefined;
    }
  | { kind: "not ready"; why: string; commands: string[] };

/** What the system knows of disks, and who asks. */
export interface Tables {
  fstab: readonly FstabEntry[];
  crypttab: readonly CrypttabEntry[];
  user: string;
}

/** Parts of the system itself, on which no backup belongs. */
const SYSTEM_POINTS = ["/", "/boot", "/boot/efi", "/efi", "/usr", "/var"];

/** Whether a person may want backups on it. Pure. */
export function isCandidate({ mountPoints, fileSystem }: DiskInfo): boolean {
  return !mountPoints.some((point) => SYSTEM_POINTS.includes(point)) && !READ_ONLY.includes(fileSystem);
}

const READ_ONLY = ["iso9660", "udf", "squashfs"];

/** One line about a disk, for people. Pure. */
export function describeDisk(disk: DiskInfo): string {
  const { device, label, sizeBytes, model } = disk;
  const parts = [
    formatBytes(sizeBytes),
    ...(label === "" ? [] : [`"${label}"`]),
    contentsOf(disk),
    stateOf(disk),
    ...(model === "" ? [] : [model]),
  ];
  return `${device}  ${parts.join(", ")}`;
}

function contentsOf({ fileSystem, encrypted }: DiskInfo): string {
  const inside = fileSystem || (encrypted ? "" : "empty");
  return encrypted ? ["encrypted", ...(inside === "" ? [] : [inside])].join(" ") : inside;
}

function stateOf({ mountPoints, encrypted, unlocked }: DiskInfo): string {
  if (mountPoints[0] !== undefined) {
    return `mounted on ${mountPoints[0]}`;
  }
  return encrypted && !unlocked ? "locked" : "not mounted";
}

/**
 * Where the backups of a disk go: where /etc/fstab mounts it, else where it is mounted now. One that a desktop has
 * mounted for another user, or that is not mounted, is in no place that the backups would find again. Pure.
 */
export function placeOnDisk(disk: DiskInfo, tables: Tables): DiskPlace {
  const known = fstabPointOf(disk, tables);
  if (known !== undefined) {
    return { kind: "ready", folder: known, mount: known, fstabLine: undefined };
  }
  if (disk.fileSystem === "" && !disk.encrypted) {
    return { kind: "not ready", why: `${disk.device} is empty, and bakup formats nothing`, commands: format(disk) };
  }
  const [point] = disk.mountPoints;
  if (point === undefined) {
    const why = disk.encrypted && !disk.unlocked ? "is locked" : "is not mounted";
    return { kind: "not ready", why: `${disk.device} ${why}`, commands: open(disk, tables) };
  }
  const isAutomatic = ["/media", "/run/media"].some((folder) => contains(folder, point));
  const isOwn = ["/media", "/run/media"].some((folder) => contains(`${folder}/${tables.user}`, point));
  if (isAutomatic && !isOwn) {
    const why = `${disk.device} is mounted on ${point} for another user, where ${tables.user} would not find it again`;
    return { kind: "not ready", why, commands: [`umount ${shell(point)}`, ...open(disk, tables)] };
  }
  return isOwn
    ? { kind: "ready", folder: point, mount: undefined, fstabLine: undefined }
    : { kind: "ready", folder: point, mount: point, fstabLine: fstabLine(disk, point) };
}

/** The key file that /etc/crypttab has for a disk. Pure. */
export function crypttabKeyOf(disk: DiskInfo, { crypttab }: Tables): string | undefined {
  return crypttab.find((entry) => names(disk, entry.device))?.keyFile;
}

function fstabPointOf(disk: DiskInfo, { fstab, crypttab }: Tables): string | undefined {
  const own = crypttab.filter((entry) => names(disk, entry.device)).map(({ name }) => `/dev/mapper/${name}`);
  const inside = [...own, ...(disk.encrypted ? [`/dev/mapper/luks-${disk.uuid}`] : [])];
  const isMeant = ({ device }: FstabEntry) =>
    inside.includes(device) || (disk.label !== "" && device === `LABEL=${disk.label}`) || names(disk, device);
  return fstab.find(isMeant)?.mountPoint;
}

/** Whether a line of fstab or crypttab names the device itself. */
function names({ device, uuid, label, encrypted }: DiskInfo, name: string): boolean {
  const plain = name.replaceAll('"', "");
  const tags = [`UUID=${uuid}`, `/dev/disk/by-uuid/${uuid}`, ...(encrypted ? [] : [`/dev/disk/by-label/${label}`])];
  return plain === device || (uuid !== "" && tags.includes(plain));
}

/** Root's disks get a line in /etc/fstab: desktops mount them in that place too, and no other. */
function open(disk: DiskInfo, { user, fstab }: Tables): string[] {
  const inside = disk.encrypted ? `/dev/mapper/luks-${disk.uuid}` : disk.device;
  const points = ["/mnt/backup", ...fstab.map((_, index) => `/mnt/backup-${index + 2}`)];
  const free = points.find((point) => !fstab.some(({ mountPoint }) => mountPoint === point)) ?? "/mnt/backup";
  return [
    ...(user === "root" ? [`echo '${fstabLine(disk, free)}' >> /etc/fstab`] : []),
    ...(disk.encrypted && !disk.unlocked ? [`udisksctl unlock -b ${disk.device}`] : []),
    `udisksctl mount -b ${inside}`,
  ];
}

function format({ device }: DiskInfo): string[] {
  return [
    `cryptsetup luksFormat --type luks2 ${device}`,
    `cryptsetup open ${device} bakup`,
    "mkfs.ext4 -L bakup /dev/mapper/bakup",
    "cryptsetup close bakup",
  ];
}

/** `noauto`: the machine starts without the disk; a run mounts it. */
function fstabLine({ uuid, label, encrypted }: DiskInfo, point: string): string {
  const name = !encrypted ? `UUID=${uuid}` : /^[\w.-]+$/.test(label) ? `LABEL=${label}` : `/dev/mapper/luks-${uuid}`;
  const octal = (char: string) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`;
  return `${name} ${point.replace(/[\s\\]/g, octal)} auto noauto,nosuid,nodev 0 0`;
}

function shell(text: string): string {
  return /^[\w/.@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
