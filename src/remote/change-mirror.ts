import { TransferError } from "../errors/errors.ts";
import { type BytePath, printable } from "../path/byte-path.ts";
import { nulSeparated } from "../process/lines.ts";
import type { Refusal } from "../store/suspect-plan.ts";
import { type Item, mayChangeInPlace } from "../transfer/items.ts";
import type { Deletion } from "../transfer/plan.ts";
import { posix } from "./far-shell.ts";
import { type FarStore, runInStore } from "./far-store.ts";

/** Notes that the mirror changes from now on, makes it if it is not there, and frees what the spare holds if space is short. */
const BEGIN = posix`
rm -f .bakup/index/index.json
: >.bakup/mirror-changed || fail "cannot write into the store"
if [ ! -d "./$1" ]; then
  if [ "$(stat -f -c %T . 2>/dev/null)" = btrfs ] && command -v btrfs >/dev/null; then
    btrfs subvolume create "./$1" >/dev/null || fail "cannot make the mirror $1"
  else
    mkdir -m 755 -- "./$1" || fail "cannot make the mirror $1"
  fi
fi
free=$(df -Pk . | awk 'NR == 2 { print $4 }')
if [ "\${free:-0}" -lt "$2" ]; then
  for tree in .bakup/spare/*; do [ ! -e "$tree" ] || mv -- "$tree" .bakup/trash/; done
  empty_trash
fi
exit 0`;

/** Room to leave on the disk there beyond what is copied. */
const SPACE_MARGIN_BYTES = 16 * 1024 * 1024;

/** Must stand before the first change of the mirror. */
export async function beginChanges(store: FarStore, bytes: number): Promise<void> {
  const kilobytes = Math.ceil((bytes + SPACE_MARGIN_BYTES) / 1024);
  await runInStore(store, BEGIN, { args: [store.mirror, String(kilobytes)] });
}

const REMOVE_FILES = posix`
receive .bakup/new/.names
cd -- "./$1" || fail "the mirror is gone"
names=../.bakup/new/.names
xargs -0 rm -f -- <$names 2>../.bakup/new/.said || {
  [ "$(id -u)" != 0 ] || fail "$(head -n 1 ../.bakup/new/.said)"
  xargs -0 sh -c 'for each; do chmod u+rwx -- "\${each%/*}"; done' sh <$names
  xargs -0 rm -f -- <$names || exit 1
}
rm -f $names ../.bakup/new/.said`;

const REMOVE_FOLDERS = REMOVE_FILES.replaceAll("xargs -0 rm -f", "xargs -0 rmdir");

/**
 * Deletes just the paths of a plan in the mirror, files first, then folders from the innermost: as `removePaths` does
 * here. A folder that is not empty stays, and is an error.
 * @throws StoreError, TransferError
 */
export async function removeFarPaths(store: FarStore, deletions: readonly Deletion[]): Promise<void> {
  const childrenFirst = [...deletions].sort((a, b) => (a.path < b.path ? 1 : -1));
  for (const [directory, script] of [
    [false, REMOVE_FILES],
    [true, REMOVE_FOLDERS],
  ] as const) {
    const paths = childrenFirst.filter((deletion) => deletion.directory === directory).map(({ path }) => path);
    if (paths.length > 0) {
      await runInStore(store, script, { args: [store.mirror], input: namesInMirror(paths) });
    }
  }
}

/**
 * Copies go to a folder of their own and are then renamed over the originals, folder by folder: no path is lost if this
 * is interrupted. What nothing else links is left alone. rsync links the copies of one inode with each other again.
 */
const UNSHARE = posix`
receive .bakup/new/.names
cd -- "./$1" || fail "the mirror is gone"
if is_subvolume .; then rm -f ../.bakup/new/.names; exit 0; fi
rm -rf ../.bakup/new/unshare && mkdir ../.bakup/new/unshare || fail "cannot write into the store"
clone=; cp --help 2>&1 | grep -q -e --reflink && clone=--reflink=auto
xargs -0 sh -c '[ $# = 0 ] || find "$@" -prune ! -type d -links +1 -print0' sh <../.bakup/new/.names >../.bakup/new/.shared 2>/dev/null
copy='clone=$1; shift; [ $# = 0 ] || cp -a $clone --parents -- "$@" ../.bakup/new/unshare/'
xargs -0 sh -c "$copy" sh "$clone" <../.bakup/new/.shared || fail "cannot copy the files whose attributes change"
[ ! -s ../.bakup/new/.shared ] || say copied yes
move='target=$1; shift; mv -f -- "$@" "$target/"' braces='{}'; export move braces
find ../.bakup/new/unshare -type d -exec sh -c '
  for folder; do
    target=./\${folder#../.bakup/new/unshare}
    find "$folder" -mindepth 1 -maxdepth 1 ! -type d -exec sh -c "$move" sh "$target" "$braces" + || exit 1
  done' sh {} + || fail "cannot put the copies in place"
rm -rf ../.bakup/new/unshare ../.bakup/new/.names ../.bakup/new/.shared`;

/**
 * Gives each path whose attributes alone will change an inode of its own, as `unshare` does here.
 * @returns the paths that may have a new inode.
 */
export async function unshareFarPaths(store: FarStore, items: readonly Item[]): Promise<BytePath[]> {
  const paths = items.filter(mayChangeInPlace).map(({ path }) => path);
  if (paths.length === 0) {
    return [];
  }
  const answer = await runInStore(store, UNSHARE, { args: [store.mirror], input: namesInMirror(paths) });
  return answer.has("copied") ? paths : [];
}

/** Nothing of a partial transfer is of use once a transfer has ended well. */
export async function endChanges(store: FarStore): Promise<void> {
  await runInStore(store, posix`rm -f .bakup/refused.json; rm -rf .bakup/partial; mkdir -p .bakup/partial`);
}

/** Notes a plan that the guard refused, where `bakup accept` there finds it. */
export async function noteRefusal(store: FarStore, refusal: Refusal): Promise<void> {
  const input = [Buffer.from(`${JSON.stringify(refusal, null, 1)}\n`)];
  await runInStore(store, posix`receive .bakup/.refused.json.new; mv -f .bakup/.refused.json.new .bakup/refused.json`, {
    input,
  });
}

/** Names for xargs, each with ./ in front. A name that leads out of the mirror never leaves this machine. */
function namesInMirror(paths: readonly BytePath[]): Generator<Buffer> {
  const stray = paths.find((path) => path === "" || path.startsWith("/") || /(?:^|\/)\.\.?(?:\/|$)/.test(path));
  if (stray !== undefined) {
    throw new TransferError(`rsync planned a change outside the mirror: "${printable(stray)}"`);
  }
  return nulSeparated(paths.map((path) => `./${path}`));
}
