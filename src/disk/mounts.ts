import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { SnapshotsFolderNotFoundError } from "../errors/errors.ts";
import { contains } from "../path/containment.ts";

/**
 * The mount point that /etc/fstab has nearest above a path and that is not mounted: what is written below it would land
 * on the wrong disk. Undefined when all is well. Sources: fstab(5), proc_pid_mountinfo(5).
 */
export function unmountedFileSystemAbove(
  path: string,
  files = { fstab: "/etc/fstab", mountinfo: "/proc/self/mountinfo" },
): string | undefined {
  const wanted = mountPointsOfFstab(readText(files.fstab));
  const mounted = new Set(mountPointsOfMountinfo(readText(files.mountinfo)));
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

/** Whether something is mounted on a folder. */
export function isMounted(path: string, mountinfo = "/proc/self/mountinfo"): boolean {
  return mountPointsOfMountinfo(readText(mountinfo)).includes(resolve(path));
}

function mountPointsOfFstab(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [device = "#", point = "", type = ""] = line.trim().split(/\s+/);
    const counts = !device.startsWith("#") && point.startsWith("/") && point !== "/" && type !== "swap";
    return counts ? [withoutEndSlash(unescapeOctal(point))] : [];
  });
}

function mountPointsOfMountinfo(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const point = line.split(" ")[4];
    return point === undefined ? [] : [unescapeOctal(point)];
  });
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function withoutEndSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
