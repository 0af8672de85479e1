import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { formatLocation } from "../destination/location.ts";
import { acquireGuard } from "../lock/guard.ts";
import { type Store, storePathOf } from "../store/layout.ts";
import type { RunContext } from "./context.ts";
import type { Job } from "./job.ts";

/** What two runs must not share: the store of a local destination, by whatever path; the location of any other. */
export function guardKeyOf({ destination }: Pick<Job, "destination">): string {
  return destination.kind === "local"
    ? withoutLinks(storePathOf(resolve(destination.directory)))
    : formatLocation(destination);
}

/** The same for a store that is open: the folder itself, also by way of another mount of its disk. */
export function folderKeyOf({ device, inode }: Pick<Store, "device" | "inode">): string {
  return `folder ${device}:${inode}`;
}

/** Takes a lock for the rest of the run. @throws AlreadyRunningError */
export async function holdGuard(context: RunContext, key: string): Promise<void> {
  const guard = await acquireGuard({ key, describe: `backup to ${context.job.location}` });
  context.guards.push(guard);
  context.undo.push({ name: "release the lock", undo: () => guard.release() });
}

/** Follows the links of the part of a path that exists. */
function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === "/" ? path : join(withoutLinks(dirname(path)), basename(path));
  }
}
