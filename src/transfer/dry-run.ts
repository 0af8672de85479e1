import { type Item, isRegularFile } from "./items.ts";
import { RsyncFailedError } from "./rsync.ts";

/** ELOOP and ENOTDIR, as rsync says them. */
const BLOCKED = /^rsync: \[generator\] stat ".*" failed: .* \((?:20|40)\)$/;
const FILES_ONLY = ["--no-links", "--no-devices", "--no-specials", "--info=nonreg0"];

/**
 * What a dry run of rsync finds; `attempt` makes one, with these arguments besides its own. rsync gives up where links,
 * pipes or devices with several names come into a new folder whose place something else still has in the target: only a
 * real run has put the folder there by then. Then it is asked about the files, and without those names about the rest:
 * which of the rest are links of what has not changed stays open.
 * @throws TransferError
 */
export async function tryDryRun<T extends { items: Item[] }>(
  attempt: (args: readonly string[]) => Promise<T>,
): Promise<T & { linksOpen?: true }> {
  try {
    return await attempt([]);
  } catch (error) {
    if (!(error instanceof RsyncFailedError && error.said.some((line) => BLOCKED.test(line)))) {
      throw error;
    }
  }
  const files = await attempt(FILES_ONLY);
  const all = await attempt(["--no-hard-links"]);
  const items = [...all.items.filter((item) => !isRegularFile(item)), ...files.items.filter(isRegularFile)];
  return { ...all, items, linksOpen: true };
}
