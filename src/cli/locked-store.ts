import { acquireGuard, type Guard } from "../lock/guard.ts";
import { acquireStoreLock } from "../lock/store-lock.ts";
import { folderKeyOf, guardKeyOf } from "../run/guard-key.ts";
import { ensureIdentity } from "../store/identity.ts";
import { inStore, METADATA, type Store } from "../store/layout.ts";
import { spendReserve } from "../store/reserve.ts";
import { refuseOtherStore } from "./target.ts";

/**
 * Does work that changes a store, with the locks that a run takes. A folder that is no store of ours yet becomes one.
 * @param describe for those who are refused meanwhile: "pin in /mnt/backup/laptop".
 * @throws AlreadyRunningError, StoreError; SnapshotsFolderNotFoundError when another disk is there than before.
 */
export async function withLockedStore<T>(store: Store, describe: string, work: () => T | Promise<T>): Promise<T> {
  const guard = await acquireGuard({ key: keyOf(store), describe });
  let folderGuard: Guard | undefined;
  try {
    folderGuard = await acquireGuard({ key: folderKeyOf(store), describe });
    refuseOtherStore(store);
    ensureIdentity(store);
    const lock = await acquireStoreLock(inStore(store, METADATA), { makeRoom: () => spendReserve(store) });
    try {
      return await work();
    } finally {
      await lock.release();
    }
  } finally {
    folderGuard?.release();
    guard.release();
  }
}

/** The key of the guard that a run of this store takes. */
export function keyOf({ path, mirror }: Pick<Store, "path" | "mirror">): string {
  return guardKeyOf({ destination: { kind: "local", directory: `${path}/${mirror}` } });
}
