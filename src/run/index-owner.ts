import { readFileSync, statfsSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { readIdentity } from "../store/identity.ts";
import { inStore, type Store } from "../store/layout.ts";
import type { IndexOwner } from "../transfer/index/reason-to-walk.ts";
import type { Transfer } from "../transfer/plan.ts";
import { filterArguments, PRESERVE } from "../transfer/rsync-args.ts";

/**
 * File systems of Linux whose inodes keep the time of each change of theirs, contents and attributes: ext2 to ext4, xfs,
 * btrfs, f2fs; and, as long as the machine runs, tmpfs.
 */
const KEEPS_TIMES = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010]);
const TMPFS = 0x01021994;

/** What an index made now would belong to; undefined where the source's file system promises too little. */
export function indexOwnerOf(
  store: Store,
  transfer: Transfer,
  { wholeSeconds }: { wholeSeconds: boolean },
): IndexOwner | undefined {
  const { type } = statfsSync(transfer.source);
  const identity = readIdentity(store);
  if (identity === undefined || (!KEEPS_TIMES.has(type) && type !== TMPFS)) {
    return undefined;
  }
  const top = statSync(`${transfer.source}/.`, { bigint: true });
  return {
    store: identity.id,
    mirror: String(statSync(`${inStore(store, store.mirror)}/.`, { bigint: true }).ino),
    machine: machineId(),
    user: process.getuid?.() ?? 0,
    source: transfer.source,
    folder: `${top.ino} ${top.birthtimeNs} ${type}`,
    boot: type === TMPFS ? read("/proc/sys/kernel/random/boot_id") : "",
    options: [...PRESERVE, ...filterArguments(transfer.filters), ...(wholeSeconds ? ["whole seconds"] : [])],
  };
}

function machineId(): string {
  try {
    return read("/etc/machine-id");
  } catch {
    return hostname();
  }
}

function read(path: string): string {
  return readFileSync(path, "utf8").trim();
}
