import { linkSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";

/** As many links as there may be, another file system, or one that has no links, or not for this user. */
const NO_LINK: readonly unknown[] = ["EMLINK", "EXDEV", "EPERM", "EOPNOTSUPP", "ENOTSUP"];

/**
 * Gives a file, a link or a device one more name. @returns false where it can have none.
 * @throws the system's error for everything else, as when it is not there.
 */
export function tryLink(from: string | Buffer, to: string | Buffer): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (NO_LINK.includes(errnoOf(error))) {
      return false;
    }
    throw error;
  }
}
