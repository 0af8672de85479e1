import { unescapeOctal } from "./octal.ts";
import { readText } from "./read-text.ts";

export const MOUNTINFO = "/proc/self/mountinfo";

/** One mounted file system, see proc_pid_mountinfo(5). */
export interface Mount {
  point: string;
  /** "MAJOR:MINOR" of the file system; no block device's for btrfs. */
  number: string;
  /** The device, as the one who mounted it named it. */
  source: string;
  readOnly: boolean;
}

/** What is mounted, in the order in which it was. */
export function readMounts(file = MOUNTINFO): Mount[] {
  return readText(file)
    .split("\n")
    .flatMap((line) => {
      const [before = "", after = ""] = line.split(" - ");
      const [, , number, , point, options = ""] = before.split(" ");
      const [, source = "", superOptions = ""] = after.split(" ");
      if (number === undefined || point === undefined) {
        return [];
      }
      const readOnly = [options, superOptions].some((list) => list.split(",").includes("ro"));
      return [{ point: unescapeOctal(point), number, source: unescapeOctal(source), readOnly }];
    });
}
