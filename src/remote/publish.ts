import { SnapshotExistsError } from "../errors/errors.ts";
import type { Backend } from "../store/backend.ts";
import type { Snapshot } from "../store/list.ts";
import type { CommitRecord } from "../store/records.ts";
import { posix } from "./far-shell.ts";
import { type FarStore, runInStore } from "./far-store.ts";

const IS_FREE = posix`if [ -e "./$1" ] || [ -L "./$1" ] || [ -e ".bakup/$1.json" ]; then say taken yes; fi`;

/** Under a hidden name, and written to the disk. Where a file has all the links it may have, rsync copies it. */
const BUILD = posix`
mirror=./$1 hidden=.bakup/new/$2
if [ -e "./$2" ] || [ -L "./$2" ] || [ -e ".bakup/$2.json" ]; then say taken yes; exit 0; fi
[ ! -e "$hidden" ] || fail "$hidden is in the way"
printf x >.bakup/new/.reflink || fail "cannot write into the store"
if is_subvolume "$mirror" && command -v btrfs >/dev/null; then
  backend=btrfs
  btrfs subvolume snapshot "$mirror" "$hidden" >/dev/null || fail "cannot make the snapshot"
elif cp --reflink=always .bakup/new/.reflink .bakup/new/.reflink-copy 2>/dev/null; then
  backend=reflink
  cp -a --reflink=always -- "$mirror" "$hidden" || fail "cannot make the snapshot"
else
  backend=hardlink
  cp -al -- "$mirror" "$hidden" 2>/dev/null ||
    rsync -aHAX --numeric-ids --modify-window=-1 --link-dest="$PWD/$1" "$mirror/" "$hidden/" >/dev/null ||
    fail "cannot make the snapshot"
fi
rm -f .bakup/new/.reflink .bakup/new/.reflink-copy
sync_files "$hidden" || fail "the disk did not take the snapshot"
say backend "$backend"`;

/** The record first, whole and on the disk; then the name. */
const REVEAL = posix`
name=$1 record=.bakup/.$1.json.new
[ -d ".bakup/new/$name" ] || fail "the new snapshot is gone"
if [ -e "./$name" ] || [ -L "./$name" ]; then fail "a snapshot $name exists"; fi
receive "$record"
sync_files "$record" || fail "the disk did not take the record"
mv -f -- "$record" ".bakup/$name.json" && sync_files .bakup &&
  mv -- ".bakup/new/$name" "./$name" || fail "cannot name the snapshot $name"
if is_subvolume "./$name"; then btrfs property set -t subvol "./$name" ro true; fi
rm -f .bakup/mirror-snapshot .bakup/mirror-changed
sync_files .bakup`;

/** Whether the name of a new snapshot is still free there. @throws SnapshotExistsError */
export async function ensureFarNameIsFree(store: FarStore, name: string): Promise<void> {
  if ((await runInStore(store, IS_FREE, { args: [name] })).has("taken")) {
    throw nameIsTaken(name);
  }
}

/**
 * Makes a snapshot of the mirror by plain tools, with the promises of `publishSnapshot`: whenever this is interrupted
 * there is a whole snapshot or none. `snapshots` are those that are there: after the connection broke and the store was
 * recovered, the wanted one may be among them.
 * @throws SnapshotExistsError, StoreError
 */
export async function publishFarSnapshot(
  store: FarStore,
  wanted: CommitRecord,
  snapshots: readonly Snapshot[],
): Promise<CommitRecord> {
  const { name } = wanted;
  const earlier = snapshots.find((snapshot) => snapshot.name === name)?.record;
  if (earlier !== undefined && earlier.started === wanted.started && earlier.host === wanted.host) {
    return earlier;
  }
  const answer = await runInStore(store, BUILD, { args: [store.mirror, name] });
  if (answer.has("taken")) {
    throw nameIsTaken(name);
  }
  const backend = (answer.get("backend") ?? "hardlink") as Backend;
  const record: CommitRecord = { ...wanted, finished: new Date().toISOString(), backend };
  const input = [Buffer.from(`${JSON.stringify(record, null, 1)}\n`)];
  await runInStore(store, REVEAL, { args: [name], input });
  return record;
}

function nameIsTaken(name: string): SnapshotExistsError {
  return new SnapshotExistsError(name, { hint: "wait a second and run it again" });
}
