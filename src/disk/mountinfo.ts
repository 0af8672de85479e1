import { unescapeOctal } from "./octal.ts";
import { readText } from "./read-text.ts";

export const MOUNTINFO = "/proc/self/mountinfo";

/** As asked for, or since the file system met an error. */
const READ_ONLY = ["ro", "emergency_ro", "shutdown"];

/** One mounted file system, see proc_pid_mountinfo(5). */
export interface Mount {
  point: string;
  /** "MAJOR:MINOR" of the file system; no block device's for btrfs. */
  number: string;
  /** The kind of file system. */
  type: string;
  /** The device, as the one who mounted it named it. */
  source: string;
  readOnly: boolean;
  /** Of the mount and of the file system. */
  options: string[];
}

/** What is mounted, in the order in which it was. */
export function readMounts(file = MOUNTINFO): Mount[] {
  return readText(file)
    .split("\n")
    .flatMap((line) => {
      const [before = "", after = ""] = line.split(" - ");
      const [, , number, , point, options = ""] = before.split(" ");
      const [type = "", source = "", superOptions = ""] = after.split(" ");
      if (number === undefined || point === undefined) {
        return [];
      }
      const all = `${options},${superOptions}`.split(",");
      const readOnly = all.some((option) => READ_ONLY.includes(option));
      return [{ point: unescapeOctal(point), number, type, source: unescapeOctal(source), readOnly, options: all }];
    });
}
