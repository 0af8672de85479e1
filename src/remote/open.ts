import { AlreadyRunningError, SnapshotsFolderNotFoundError, StoreError } from "../errors/errors.ts";
import { localTime } from "../lock/local-time.ts";
import { isAlive, isOfThisMachine, type ProcessIdentity, thisProcess, ticksOf } from "../lock/machine.ts";
import { newIdentity } from "../store/identity.ts";
import { callScript, type FarShell, failureOf, posix, runScript } from "./far-shell.ts";
import { type FarStore, FUNCTIONS, runInStore } from "./far-store.ts";
import { type FarLockFacts, type FarStoreFacts, inspectStore } from "./inspect.ts";

const TAKEN = 93;
/** Tells our marker from one that a run of this process put there without ssh. */
const ROUTE = "ssh";
/** The lock there counts as dead after an hour without this. */
const RENEW_MS = 60_000;

/** Makes what is missing of a store, and takes its lock: `run.lock` is the lock, `run.json` says whose it is. */
const OPEN = posix`
store=$1 identity=$2 marker=$3 dead=$4 make=$5
[ -z "$make" ] || mkdir -m 700 -- "$store" || fail "cannot make the snapshots folder $store"
cd -- "$store" || fail "cannot open the snapshots folder $store"
for part in new spare trash partial; do
  mkdir -p ".bakup/$part" || fail "cannot write into the store $store: $(mkdir -p ".bakup/$part" 2>&1)"
done
if [ -d .bakup/run.lock ] && [ -n "$dead" ] && [ "$(cat .bakup/run.json 2>/dev/null)" = "\${dead#x}" ]; then
  rm -rf .bakup/run.lock
fi
mkdir .bakup/run.lock 2>/dev/null || fail "the lock is taken" 93
printf '%s\n' "$marker" >.bakup/.run.json.new && mv -f .bakup/.run.json.new .bakup/run.json || {
  rmdir .bakup/run.lock; fail "cannot write into the store $store"
}
if [ ! -s .bakup/store.json ]; then
  printf '%s\n' "$identity" >.bakup/.store.json.new && mv .bakup/.store.json.new .bakup/store.json || fail "cannot write into the store $store"
  sync_files .bakup
fi
touch -d 1970-01-02T00:00:01.5 .bakup/new/.half 2>/dev/null && touch -d 1970-01-02T00:00:01 .bakup/new/.whole 2>/dev/null &&
  [ -z "$(find .bakup/new/.half -newer .bakup/new/.whole)" ] && say whole-seconds yes
rm -f .bakup/new/.half .bakup/new/.whole
`;

/** The locks that runs of this process hold: one that broke off leaves a lock behind, but its process goes on. */
const heldHere = new Set<string>();

const RELEASE = posix`
cd -- "$1" 2>/dev/null && [ "$(cat .bakup/run.json 2>/dev/null)" = "$2" ] || exit 0
rm -f .bakup/run.json
rmdir .bakup/run.lock || fail "cannot give the lock back"`;

export interface OpenedStore {
  store: FarStore;
  /** The file system there keeps no fractions of a second. */
  wholeSeconds: boolean;
  id: string;
  created: boolean;
}

/**
 * Takes the store of an ssh destination for this run. It is made only where none was known before, and never together
 * with the folder above it; its lock is the one that runs there honour too. `before` is the lock that this very run held
 * when its connection broke: what still runs there on its behalf loses it.
 * @throws SnapshotsFolderNotFoundError, StoreError, AlreadyRunningError
 */
export async function openFarStore(
  shell: FarShell,
  facts: FarStoreFacts,
  { known, before = "" }: { known: string | undefined; before?: string },
): Promise<OpenedStore> {
  const where = placeOf(shell, facts.path);
  const dead =
    facts.lock === undefined ? "" : facts.lock.marker === before ? `x${before}` : deadMarker(facts.lock, where);
  const identity = facts.identity ?? newIdentity(facts.mirror);
  const marker = JSON.stringify({ ...thisProcess(), since: new Date().toISOString(), route: ROUTE });
  const args = [facts.path, JSON.stringify(identity, null, 1), marker, dead, facts.exists ? "" : "make"];
  const result = await callScript(shell, `${FUNCTIONS}${OPEN}`, { args });
  if (result.exitCode === TAKEN) {
    throw new AlreadyRunningError(`already running: another run has just taken the lock of ${where}`, {
      hint: "wait until it has ended",
    });
  }
  if (result.exitCode !== 0) {
    throw failureOf(shell, result);
  }
  heldHere.delete(before);
  heldHere.add(marker);
  const store = { shell, path: facts.path, where, mirror: facts.mirror, marker };
  const created = facts.identity === undefined && known === undefined;
  return { store, wholeSeconds: result.answer.has("whole-seconds"), id: identity.id, created };
}

/** Whether it is the store that we know, in its place, with a mirror of ours. @throws SnapshotsFolderNotFoundError, StoreError */
export function checkFacts(shell: FarShell, facts: FarStoreFacts, known: string | undefined): void {
  const where = placeOf(shell, facts.path);
  const { where: host } = shell.session;
  if (facts.unmounted !== undefined) {
    throw new SnapshotsFolderNotFoundError(
      `${facts.unmounted} is in /etc/fstab of ${host} but not mounted; ${facts.path} lies below it`,
      { hint: `mount ${facts.unmounted} there` },
    );
  }
  if (!facts.exists && (known !== undefined || !facts.parentExists)) {
    throw new SnapshotsFolderNotFoundError(
      known === undefined
        ? `there is no folder on ${host} to make the snapshots folder ${facts.path} in`
        : `the snapshots folder ${where} is gone`,
      { hint: "is the backup disk there plugged in and mounted?" },
    );
  }
  if (known !== undefined && facts.identity?.id !== known) {
    throw new SnapshotsFolderNotFoundError(
      facts.identity === undefined
        ? `${where} has been a store of bakup, and is none now`
        : `${where} is another store than before (another disk?)`,
      { hint: "is the right disk mounted there?" },
    );
  }
  if (facts.identity !== undefined && facts.identity.mirror !== facts.mirror) {
    const { mirror } = facts.identity;
    throw new StoreError(`the store ${where} belongs to the mirror "${mirror}", not "${facts.mirror}"`, {
      hint: "give each mirror a folder of its own",
    });
  }
  if (facts.mirrorState === "no folder") {
    throw new StoreError(`the mirror ${where}/${facts.mirror} is a link or a file, not a folder`, {
      hint: "name the folder itself as the destination",
    });
  }
}

/** Looks at a store again after the connection broke, and takes it anew. @throws as `openFarStore` */
export async function reopenFarStore(shell: FarShell, store: FarStore, known: string): Promise<FarStore> {
  const facts = await inspectStore(shell, `${store.path}/${store.mirror}`);
  checkFacts(shell, facts, known);
  return (await openFarStore(shell, facts, { known, before: store.marker })).store;
}

/** Keeps the lock there alive until the returned function is called. */
export function keepLock(store: () => FarStore): () => void {
  const timer = setInterval(() => {
    runInStore(store(), "touch .bakup/run.lock").catch(() => undefined);
  }, RENEW_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Gives the lock back. Where the connection is gone it stays, and the next run takes it away. */
export async function releaseFarLock(store: FarStore): Promise<void> {
  heldHere.delete(store.marker);
  // Also after the run was stopped.
  const shell = { ...store.shell, signal: new AbortController().signal };
  await runScript(shell, RELEASE, { args: [store.path, store.marker] });
}

export function placeOf(shell: FarShell, path: string): string {
  return `${shell.session.where}:${path}`;
}

/**
 * The marker of a lock whose holder is gone, with an x in front: one of this machine, or of the machine there, whose
 * process has ended; or any that was not renewed for an hour.
 * @throws AlreadyRunningError
 */
function deadMarker(lock: FarLockFacts, where: string): string {
  const holder = parseMarker(lock.marker);
  if (holder === undefined) {
    if (lock.stale) {
      return `x${lock.marker}`;
    }
    throw new AlreadyRunningError(`already running: an unknown machine holds the lock of the store ${where}`, {
      hint: "if no machine is using the store, remove .bakup/run.lock in it; it expires after an hour",
    });
  }
  if (!isHeld(holder, lock) || (isOurOwn(holder) && !heldHere.has(lock.marker))) {
    return `x${lock.marker}`;
  }
  const since = localTime(new Date(holder.since));
  throw new AlreadyRunningError(
    `already running: the machine ${holder.host} uses the store ${where} (process ${holder.pid}, since ${since})`,
    { hint: "wait until it has ended; if that machine has crashed, the lock expires an hour after that" },
  );
}

function isHeld(holder: Marker, lock: FarLockFacts): boolean {
  if (isOfThisMachine(holder)) {
    return isAlive(holder);
  }
  if (holder.machineId === lock.machineId && holder.host === lock.host) {
    return holder.bootId === lock.bootId && holder.ticks === ticksOf(lock.holderStat);
  }
  return !lock.stale;
}

function isOurOwn({ pid, ticks, bootId, route }: Marker): boolean {
  const here = thisProcess();
  return route === ROUTE && pid === here.pid && ticks === here.ticks && bootId === here.bootId;
}

type Marker = ProcessIdentity & { since: string; route?: string };

function parseMarker(text: string): Marker | undefined {
  try {
    const marker = JSON.parse(text);
    const { host, pid, since } = marker;
    const isComplete = typeof host === "string" && Number.isInteger(pid) && !Number.isNaN(Date.parse(since));
    return isComplete ? marker : undefined;
  } catch {
    return undefined;
  }
}
