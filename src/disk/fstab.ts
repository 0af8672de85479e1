import { unescapeOctal } from "./octal.ts";
import { readText } from "./read-text.ts";

export const FSTAB = "/etc/fstab";

/** One line of fstab(5). */
export interface FstabEntry {
  /** What to mount, as it is written: UUID=…, a path, a server's export. */
  device: string;
  mountPoint: string;
}

/** What should be mounted where; swap and the root file system are left out. */
export function readFstab(file = FSTAB): FstabEntry[] {
  return readText(file)
    .split("\n")
    .flatMap((line) => {
      const [device = "#", point = "", type = ""] = line.trim().split(/\s+/);
      const counts = !device.startsWith("#") && point.startsWith("/") && point !== "/" && type !== "swap";
      return counts ? [{ device: unescapeOctal(device), mountPoint: withoutEndSlash(unescapeOctal(point)) }] : [];
    });
}

function withoutEndSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}
