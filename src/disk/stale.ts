import type { Journal } from "../journal/journal.ts";
import { blockNumber, type Cleartext, isMountOf, staleCleartexts, uuidOf } from "./block.ts";
import { readMounts } from "./mountinfo.ts";
import { mountAt } from "./mounts.ts";
import { runDiskTool } from "./tool.ts";

/**
 * Takes away what a disk left behind that was pulled out while files on it were open: mounts of a dead device, and the
 * unlocked device itself, which would keep its name taken.
 */
export async function clearStale(disk: { device: string; name: string | undefined }, journal: Journal): Promise<void> {
  for (const cleartext of staleCleartexts({ name: disk.name, uuid: uuidOf(disk.device) })) {
    await removeDead(cleartext);
    journal.event("diskLeftovers", { path: cleartext.path });
  }
}

/** Frees a mount point on which a disk is still mounted that is gone. */
export async function clearDeadMount(mountPoint: string, journal: Journal): Promise<void> {
  const mount = mountAt(mountPoint);
  if (mount?.source.startsWith("/dev/") !== true || blockNumber(mount.source) !== undefined) {
    return;
  }
  if (await tool("umount", ["--lazy", mount.point])) {
    journal.event("diskLeftovers", { path: mount.point });
  }
}

/** Unmounts a dead device wherever it is mounted and lets it go as soon as nobody holds it any more. */
export async function removeDead({ path }: Cleartext): Promise<void> {
  for (const mount of readMounts().filter((each) => isMountOf(each, path))) {
    await tool("umount", ["--lazy", mount.point]);
  }
  const name = path.replace(/^\/dev\/mapper\//, "");
  if (!(await tool("cryptsetup", ["close", name]))) {
    await tool("cryptsetup", ["close", "--deferred", name]);
  }
}

async function tool(program: string, args: readonly string[]): Promise<boolean> {
  return (await runDiskTool(program, args, { timeoutSeconds: 60 })).exitCode === 0;
}
