import { resolve } from "node:path";
import { formatLocation } from "../destination/location.ts";
import { storePathOf } from "../store/layout.ts";
import type { Job } from "./job.ts";

/** What two runs must not share: the store of a local destination, the location of any other. */
export function guardKeyOf({ destination }: Pick<Job, "destination">): string {
  return destination.kind === "local" ? storePathOf(resolve(destination.directory)) : formatLocation(destination);
}
