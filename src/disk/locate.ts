import { resolve } from "node:path";
import { FailedToMountError, MissingBackupDiskError } from "../errors/errors.ts";
import type { BackendChoice, DiskBackend } from "./backend.ts";
import { type FoundDisk, findDevice, findDisk } from "./find.ts";
import { readFstab } from "./fstab.ts";
import { isMounted } from "./mounts.ts";
import { type DiskTag, parseDiskName, parseTag } from "./name.ts";

/** Which disk a backup goes to, and how it is opened: the keys of [disk]. */
export interface DiskSettings {
  /** An encrypted disk: a name in /etc/crypttab, a tag or a path. */
  crypto?: string | undefined;
  /** A disk that is not encrypted: a tag or a path. */
  device?: string | undefined;
  mount?: string | undefined;
  /** "ask", "file:/PATH" or "credential:NAME". */
  key?: string | undefined;
  /** Default: auto. */
  backend?: BackendChoice | undefined;
}

export type LocatedDisk =
  | ({ kind: "encrypted" } & FoundDisk)
  | { kind: "plain"; device: string }
  /** What fstab has for the mount point is no block device: a network share, for one. */
  | { kind: "other" }
  /** Something is mounted already, and nothing says what it should be. */
  | { kind: "unknown" };

/**
 * Finds the backup disk. Nothing is changed.
 * @throws MissingBackupDiskError when it is not there, FailedToUnlockError when /etc/crypttab does not know its name,
 * FailedToMountError when nothing says what to mount.
 */
export async function locateDisk(
  settings: DiskSettings,
  { backend, interactive }: { backend: DiskBackend; interactive: boolean },
): Promise<LocatedDisk> {
  const { crypto, device, mount } = settings;
  const missing = (name: string) =>
    new MissingBackupDiskError(`the backup disk ${name} is not there`, { hint: "plug it in", interactive });
  if (crypto !== undefined) {
    const disk = await findDisk(parseDiskName(crypto), backend);
    if (disk === undefined) {
      throw missing(crypto);
    }
    return { kind: "encrypted", ...disk };
  }
  const name = device ?? fstabDevice(mount ?? "");
  const tag = name === undefined ? undefined : parseTag(name);
  if (tag !== undefined && name !== undefined) {
    return plain(await findDevice(tag, backend), { tag, mount }) ?? fail(missing(name));
  }
  if (name !== undefined) {
    return { kind: "other" };
  }
  if (mount !== undefined && isMounted(mount)) {
    return { kind: "unknown" };
  }
  throw new FailedToMountError(`nothing says what to mount on ${mount}: it is not in /etc/fstab`, {
    hint: `add a line to /etc/fstab, such as: UUID=… ${mount} auto noauto,nosuid,nodev 0 0; or name the disk in [disk]`,
  });
}

function fstabDevice(mount: string): string | undefined {
  const point = resolve(mount);
  return readFstab().find((entry) => entry.mountPoint === point)?.device;
}

/** A path that leads to no device may be a folder or a file that fstab mounts elsewhere. */
function plain(
  device: string | undefined,
  { tag, mount }: { tag: DiskTag; mount: string | undefined },
): LocatedDisk | undefined {
  if (device !== undefined) {
    return { kind: "plain", device };
  }
  const isDevice = tag.kind !== "path" || tag.value.startsWith("/dev/");
  return isDevice || mount === undefined ? undefined : { kind: "other" };
}

function fail(error: Error): never {
  throw error;
}
