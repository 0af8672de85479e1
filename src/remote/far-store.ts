import { AlreadyRunningError } from "../errors/errors.ts";
import { type Answer, callScript, type FarShell, failureOf, posix, type ScriptOptions } from "./far-shell.ts";

/** The store of an ssh destination, opened: the folder on the other machine that holds the mirror and its snapshots. */
export interface FarStore {
  shell: FarShell;
  /** Absolute, there. */
  path: string;
  /** For people: `user@host:/path`. */
  where: string;
  /** The mirror's name in the store. */
  mirror: string;
  /** What the store's lock says of us while we hold it; "" in a dry run. */
  marker: string;
}

/** What `ENTER` returns when the lock is no longer ours. */
const LOST_LOCK = 92;

/** Each script begins in the store, with the mirror's name as $1, and only while the lock is ours. */
const ENTER = posix`
cd -- "$1" || fail "the store $1 is gone"
[ -z "$2" ] || [ "$(cat .bakup/run.json 2>/dev/null)" = "$2" ] || fail "the lock was lost" 92
shift 2
`;

/** Shell functions that several scripts need. They stand in the store. */
export const FUNCTIONS = posix`
sync_files() { if sync --help 2>&1 | grep -q -e ' -f'; then sync -f "$1"; else sync; fi; }
is_subvolume() {
  [ "$(stat -c %i "$1" 2>/dev/null)" = 256 ] && [ "$(stat -f -c %T "$1" 2>/dev/null)" = btrfs ]
}
delete_tree() {
  if is_subvolume "$1"; then btrfs property set -t subvol "$1" ro false; btrfs subvolume delete "$1" >/dev/null; return; fi
  rm -rf -- "$1" 2>/dev/null || { chmod -R u+rwx -- "$1" 2>/dev/null; rm -rf -- "$1"; }
}
empty_trash() {
  for tree in .bakup/trash/* .bakup/trash/.[!.]*; do
    if [ -e "$tree" ] || [ -L "$tree" ]; then delete_tree "$tree" || return 1; fi
  done
}
`;

/** Runs a script in the store. @throws StoreError, AlreadyRunningError when somebody took the lock away. */
export async function runInStore(store: FarStore, script: string, options: ScriptOptions = {}): Promise<Answer> {
  const args = [store.path, store.marker, ...(options.args ?? [])];
  const result = await callScript(store.shell, `${ENTER}${FUNCTIONS}${script}`, { ...options, args });
  if (result.exitCode === LOST_LOCK) {
    throw new AlreadyRunningError(`another run took the lock of the store ${store.where} away`, {
      hint: "see who else backs up to this store",
    });
  }
  if (result.exitCode !== 0) {
    throw failureOf(store.shell, result);
  }
  return result.answer;
}
