import { StoreError } from "../errors/errors.ts";
import { parseSnapshotName } from "../store/names.ts";
import { posix } from "./far-shell.ts";
import { type FarStore, runInStore } from "./far-store.ts";

/** Out of the list by a rename; then the deletion, which may be interrupted. What is gone already is left out. */
const RETIRE = posix`
for name; do
  [ -e "./$name" ] || [ -L "./$name" ] || continue
  if [ -L "./$name" ] || [ ! -d "./$name" ]; then fail "will not remove $name: it is no folder"; fi
  if is_subvolume "./$name"; then btrfs property set -t subvol "./$name" ro false; fi
  mv -- "./$name" ".bakup/trash/$name.$$" || fail "cannot move $name into the trash"
  rm -f -- ".bakup/$name.json" ".bakup/$name.mtree.gz" ".bakup/$name.damage"
done
sync_files .bakup
empty_trash || say trash stays`;

/**
 * Removes snapshots: into the trash first, then from the disk.
 * @returns whether the trash could be emptied; if not, the next run tries again.
 * @throws StoreError
 */
export async function retireFarSnapshots(store: FarStore, names: readonly string[]): Promise<boolean> {
  const stray = names.find((name) => parseSnapshotName(name) === undefined);
  if (stray !== undefined) {
    throw new StoreError(`will not remove "${stray}" in ${store.where}: it is no snapshot`);
  }
  return !(await runInStore(store, RETIRE, { args: names })).has("trash");
}
