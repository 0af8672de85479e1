import { resolve } from "node:path";
import { SnapshotsFolderNotFoundError } from "../errors/errors.ts";
import { contains } from "../path/containment.ts";
import { FSTAB, readFstab } from "./fstab.ts";
import { MOUNTINFO, type Mount, readMounts } from "./mountinfo.ts";

/**
 * The mount point that /etc/fstab has nearest above a path and that is not mounted: what is written below it would land
 * on the wrong disk. Undefined when all is well.
 */
export function unmountedFileSystemAbove(
  path: string,
  files = { fstab: FSTAB, mountinfo: MOUNTINFO },
): string | undefined {
  const wanted = readFstab(files.fstab).map(({ mountPoint }) => mountPoint);
  const mounted = new Set(readMounts(files.mountinfo).map(({ point }) => point));
  const above = wanted.filter((point) => contains(point, path));
  const nearest = above.sort((a, b) => b.length - a.length)[0];
  return nearest === undefined || mounted.has(nearest) ? undefined : nearest;
}

/** @throws SnapshotsFolderNotFoundError when a path lies below a mount point of /etc/fstab that is not mounted. */
export function refuseUnmounted(path: string): void {
  const mountPoint = unmountedFileSystemAbove(path);
  if (mountPoint !== undefined) {
    throw new SnapshotsFolderNotFoundError(`${mountPoint} is in /etc/fstab but not mounted; ${path} lies below it`, {
      hint: `mount ${mountPoint}`,
    });
  }
}

/** What is mounted on a folder; the last of several, which hides the others. */
export function mountAt(path: string, mountinfo = MOUNTINFO): Mount | undefined {
  const point = resolve(path);
  return readMounts(mountinfo).findLast((mount) => mount.point === point);
}

/** Whether something is mounted on a folder. */
export function isMounted(path: string, mountinfo = MOUNTINFO): boolean {
  return mountAt(path, mountinfo) !== undefined;
}
