import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { formatLocation } from "../destination/location.ts";
import { storePathOf } from "../store/layout.ts";
import type { Job } from "./job.ts";

/** What two runs must not share: the store of a local destination, by whatever path; the location of any other. */
export function guardKeyOf({ destination }: Pick<Job, "destination">): string {
  return destination.kind === "local"
    ? withoutLinks(storePathOf(resolve(destination.directory)))
    : formatLocation(destination);
}

/** Follows the links of the part of a path that exists. */
function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === "/" ? path : join(withoutLinks(dirname(path)), basename(path));
  }
}
