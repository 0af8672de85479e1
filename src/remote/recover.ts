import type { Recovery } from "../store/recover.ts";
import { posix } from "./far-shell.ts";
import { type FarStore, runInStore } from "./far-store.ts";

/** A record is written last and whole: with it a snapshot lacks nothing but its name, without it there is none. */
const RECOVER = posix`
for record in .bakup/[0-9][0-9][0-9][0-9]-*.json; do
  [ -e "$record" ] || continue
  name=\${record#.bakup/}; name=\${name%.json}
  [ ! -e "./$name" ] || continue
  if [ -s "$record" ] && [ -d ".bakup/new/$name" ]; then
    mv -- ".bakup/new/$name" "./$name" || fail "cannot name the snapshot $name"
    if is_subvolume "./$name"; then btrfs property set -t subvol "./$name" ro true; fi
    say revealed "$name"
  else
    rm -f -- "$record"
  fi
done
number=0
for left in .bakup/new/* .bakup/new/.[!.]*; do
  if [ -e "$left" ] || [ -L "$left" ]; then
    number=$((number + 1))
    mv -- "$left" ".bakup/trash/left.$$.$number" || fail "cannot move $left away"
  fi
done
say discarded "$number"
sync_files .bakup
empty_trash || say trash stays`;

/** Puts a store in order after a run that was killed or lost its connection, as `recoverStore` does here. */
export async function recoverFarStore(store: FarStore): Promise<Pick<Recovery, "revealed"> & { discarded: number }> {
  const answer = await runInStore(store, RECOVER);
  const revealed = answer.get("revealed");
  return { revealed: revealed === undefined ? [] : [revealed], discarded: Number(answer.get("discarded") ?? 0) };
}
