import { existsSync, lstatSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { refuseUnmounted } from "../disk/mounts.ts";
import { errnoOf } from "../errors/describe.ts";
import { SnapshotsFolderNotFoundError, StoreError } from "../errors/errors.ts";
import { acquireStoreLock } from "../lock/store-lock.ts";
import { keepsNanoseconds } from "../store/backend.ts";
import { ensureIdentity, readIdentity, type StoreIdentity } from "../store/identity.ts";
import { inStore, METADATA, openStoreOfMirror, type Store, storePathOf } from "../store/layout.ts";
import { recoverStore } from "../store/recover.ts";
import { keepReserve, spendReserve } from "../store/reserve.ts";
import type { RunContext } from "./context.ts";
import { folderKeyOf, holdGuard } from "./guard-key.ts";
import { knownStoreId, rememberStore } from "./known-stores.ts";

/**
 * Finds the store of a local destination, makes sure that it is the one we know, locks it and puts it in order.
 * A store is made only where none was known before, and never together with the folder above it.
 * @throws SnapshotsFolderNotFoundError, StoreError, AlreadyRunningError
 */
export async function openDestination(context: RunContext): Promise<void> {
  const { job, journal } = context;
  if (job.destination.kind !== "local") {
    throw new StoreError(`${job.location} is no folder of this machine`);
  }
  const mirror = resolve(job.destination.directory);
  const path = storePathOf(job.destination.directory === "" ? "" : mirror);
  refuseUnmounted(path);
  const known = knownStoreId(path);
  const madeFolder = isToBeMade(path, known);
  if (madeFolder && job.dryRun) {
    return;
  }
  if (madeFolder) {
    makeFolder(path);
  }
  const store = openStoreOfMirror(mirror);
  context.store = store;
  context.undo.push({ name: "close the store", undo: () => store.close() });
  const identity = checkIdentity(store, known);
  refuseLinkedMirror(store, mirror);
  if (!job.actions.backup && !existsSync(inStore(store, store.mirror))) {
    throw new SnapshotsFolderNotFoundError(`there is no mirror ${mirror} to take snapshots of`);
  }
  if (job.dryRun) {
    return;
  }
  await holdGuard(context, folderKeyOf(store));
  const { identity: own, created } = ensureIdentity(store);
  const lock = await acquireStoreLock(inStore(store, METADATA), { makeRoom: () => spendReserve(store) });
  context.undo.push({ name: "unlock the store", undo: () => lock.release() });
  context.undo.push({ name: "keep a reserve", undo: () => keepReserve(store) });
  rememberStore(path, own.id);
  context.wholeSeconds = !keepsNanoseconds(store);
  if (created) {
    journal.event("storeCreated", { store: path, made: madeFolder ? "new folder" : "existing folder" });
  }
  if (identity !== undefined) {
    const { revealed, discarded } = await recoverStore(store, context.signal);
    if (revealed.length + discarded.length > 0) {
      journal.event("storeRecovered", { revealed: revealed.length, discarded: discarded.length });
    }
  }
}

function refuseLinkedMirror(store: Store, mirror: string): void {
  if (lstatSync(inStore(store, store.mirror), { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new StoreError(`the mirror ${mirror} is a link or a file, not a folder`, {
      hint: "name the folder itself as the destination",
    });
  }
}

/** @throws SnapshotsFolderNotFoundError when the folder is not there, and none may be made in its place. */
function isToBeMade(path: string, known: string | undefined): boolean {
  if (existsSync(path)) {
    return false;
  }
  if (known !== undefined) {
    throw new SnapshotsFolderNotFoundError(`the snapshots folder ${path} is gone`, {
      hint: "is the backup disk plugged in and mounted?",
    });
  }
  const above = dirname(path);
  if (!statSync(above, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SnapshotsFolderNotFoundError(`there is no folder ${above} to make the snapshots folder ${path} in`, {
      hint: `is the backup disk mounted? If this is right: mkdir -p ${above}`,
    });
  }
  return true;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    throw new SnapshotsFolderNotFoundError(`cannot make the snapshots folder ${path}: ${errnoOf(error)}`, {
      cause: error,
    });
  }
}

function checkIdentity(store: Store, known: string | undefined): StoreIdentity | undefined {
  const identity = readIdentity(store);
  if (known !== undefined && identity?.id !== known) {
    throw new SnapshotsFolderNotFoundError(
      identity === undefined
        ? `${store.path} has been a store of bakup, and is none now`
        : `${store.path} is another store than before (another disk?)`,
      { hint: `is the right disk mounted there? If this one is right from now on: bakup accept --store ${store.path}` },
    );
  }
  if (identity !== undefined && identity.mirror !== store.mirror) {
    throw new StoreError(`the store ${store.path} belongs to the mirror "${identity.mirror}", not "${store.mirror}"`, {
      hint: `give each mirror a folder of its own, as in ${store.path}/${store.mirror}/latest`,
    });
  }
  return identity;
}
