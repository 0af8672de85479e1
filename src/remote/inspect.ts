import { basename, dirname } from "node:path";
import { ParentDirectoryUnavailable, StoreError } from "../errors/errors.ts";
import { bytePathFromLatin1, toBuffer } from "../path/byte-path.ts";
import { checkIdentity, type StoreIdentity } from "../store/identity.ts";
import { type FarShell, posix, runScript } from "./far-shell.ts";

/** A store on another machine as it is found, before anything is touched. */
export interface FarStoreFacts {
  /** Absolute path of the store; what it would be when it does not exist. */
  path: string;
  mirror: string;
  exists: boolean;
  /** Whether the folder above a missing store is there. */
  parentExists: boolean;
  /** A mount point of /etc/fstab above the store that is not mounted. */
  unmounted: string | undefined;
  identity: StoreIdentity | undefined;
  mirrorState: "missing" | "empty" | "filled" | "no folder";
  /** The mirror may differ from the newest snapshot. */
  mirrorChanged: boolean;
  /** The note of a run that the guard refused, as JSON. */
  refusal: string | undefined;
  lock: FarLockFacts | undefined;
}

export interface FarLockFacts {
  /** The marker that says whose it is, as JSON; "" when there is none. */
  marker: string;
  /** Not renewed for an hour, by the clock there. */
  stale: boolean;
  /** Of the machine there, and the line of /proc/PID/stat of the holder if it runs there. */
  machineId: string;
  bootId: string;
  host: string;
  holderStat: string;
}

const INSPECT = posix`
store=$1 mirror=$2
if [ -d "$store" ]; then
  where=$(cd -- "$store" && pwd -P) || fail "cannot open the snapshots folder $store"
  say exists yes
else
  parent=$(dirname -- "$store")
  above=$(cd -- "$parent" 2>/dev/null && pwd -P) || above=
  if [ -n "$above" ]; then say parent yes; where="\${above%/}/$(basename -- "$store")"; else where=$store; fi
fi
say path "$where"
nearest=
if [ -r /etc/fstab ] && [ -r /proc/mounts ]; then
  while read -r device point rest; do
    case $device in '#'*|'') continue;; esac
    case $point in /) continue;; /*) ;; *) continue;; esac
    case $where/ in "\${point%/}"/*) [ "\${#point}" -le "\${#nearest}" ] || nearest=\${point%/};; esac
  done </etc/fstab
  [ -z "$nearest" ] || grep -qF -- " $nearest " /proc/mounts || say unmounted "$nearest"
fi
[ -d "$store" ] || exit 0
cd -- "$store" || fail "cannot open the snapshots folder $store"
if [ -L "./$mirror" ]; then say mirror link
elif [ -d "./$mirror" ]; then
  if [ -n "$(ls -A -- "./$mirror" | head -n 1)" ]; then say mirror filled; else say mirror empty; fi
elif [ -e "./$mirror" ]; then say mirror file
fi
if [ -e .bakup ]; then [ -x .bakup ] && [ -r .bakup ] || fail "Permission denied: $where/.bakup belongs to another user"; fi
[ ! -e .bakup/store.json ] || say identity "$(cat .bakup/store.json)"
[ ! -e .bakup/mirror-changed ] || say changed yes
[ ! -e .bakup/refused.json ] || say refusal "$(cat .bakup/refused.json)"
if [ -d .bakup/run.lock ]; then
  marker=$(cat .bakup/run.json 2>/dev/null)
  say lock "$marker"
  [ -z "$(find .bakup/run.lock -prune -mmin +60 2>/dev/null)" ] || say stale yes
  say machine "$(cat /etc/machine-id 2>/dev/null)"
  say boot "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
  say host "$(uname -n)"
  pid=$(printf '%s' "$marker" | sed -n 's/.*"pid":\([0-9][0-9]*\).*/\1/p')
  [ -z "$pid" ] || say stat "$(cat "/proc/$pid/stat" 2>/dev/null)"
fi`;

/** Looks at the store of an ssh destination. Changes nothing. @throws ParentDirectoryUnavailable, StoreError */
export async function inspectStore(shell: FarShell, directory: string): Promise<FarStoreFacts> {
  const { store, mirror } = splitMirror(directory);
  const answer = await runScript(shell, INSPECT, { args: [store, mirror] });
  const path = toText(answer.get("path") ?? store);
  const identity = answer.get("identity");
  const lock = answer.get("lock");
  return {
    path,
    mirror,
    exists: answer.has("exists"),
    parentExists: answer.has("parent"),
    unmounted: answer.has("unmounted") ? toText(answer.get("unmounted") ?? "") : undefined,
    identity: identity === undefined ? undefined : checkIdentity(parseJson(identity, path), path),
    mirrorState: mirrorState(answer.get("mirror")),
    mirrorChanged: answer.has("changed"),
    refusal: answer.get("refusal"),
    lock:
      lock === undefined
        ? undefined
        : {
            marker: toText(lock),
            stale: answer.has("stale"),
            machineId: answer.get("machine") ?? "",
            bootId: answer.get("boot") ?? "",
            host: answer.get("host") ?? "",
            holderStat: answer.get("stat") ?? "",
          },
  };
}

/** The store is the folder above the mirror; a relative path begins in the home folder there. */
function splitMirror(directory: string): { store: string; mirror: string } {
  const path = directory.replace(/^~(?:\/+|$)/, "").replace(/(?<=.)\/+$/, "");
  const mirror = basename(path);
  if (path === "/" || ["", ".", ".."].includes(mirror)) {
    throw new ParentDirectoryUnavailable(`the destination "${directory}" has no parent folder for snapshots`, {
      hint: "name a folder below the backup disk, as in HOST:/srv/backup/laptop/latest",
    });
  }
  return { store: dirname(path), mirror };
}

function mirrorState(said: string | undefined): FarStoreFacts["mirrorState"] {
  return said === undefined ? "missing" : said === "filled" || said === "empty" ? said : "no folder";
}

function parseJson(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(toText(text));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Said below.
  }
  throw new StoreError(`the identity of the store ${path} is damaged (.bakup/store.json)`);
}

function toText(bytes: string): string {
  return toBuffer(bytePathFromLatin1(bytes)).toString();
}
