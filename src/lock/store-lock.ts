import { closeSync, fsyncSync, readdirSync, renameSync, rmSync, statSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError, errnoOf } from "../errors/describe.ts";
import { AlreadyRunningError, StoreError } from "../errors/errors.ts";
import { createOwnFile, readOwnFile } from "../path/own-file.ts";
import { localTime } from "./local-time.ts";
import { isAlive, isOfThisMachine, type ProcessIdentity, thisProcess } from "./machine.ts";

/** A lock that was not renewed for this long is dead. The holder renews it every minute. */
const STALE_MS = 3_600_000;
const UPDATE_MS = 60_000;

const MARKER = "run.json";
/** The end of a marker's name before it has its place; in front of it stands the host's. */
const PREPARED = ".new";

/** Between taking the lock and naming its holder lies a rename. */
const MARKER_WAIT_MS = 300;

export interface StoreLockOptions {
  /** Told when another machine took the lock from us, or it could not be renewed. */
  onCompromised?: (message: string) => void;
  /** Called when the disk is full; says whether it has made some room. */
  makeRoom?: () => boolean;
}

export interface StoreLock {
  release(): Promise<void>;
}

interface Marker extends ProcessIdentity {
  since: string;
}

/**
 * Takes the lock inside a store, which keeps two machines from using one disk or share at once; the caller already
 * holds the guard. `directory` is the store's own folder. Throws AlreadyRunningError that names the other machine, or
 * StoreError when the store cannot be written.
 *
 * `run.lock` is the lock, `run.json` says whose it is. A lock of this machine whose process is gone is dead at once,
 * because we hold the guard; one of another machine when it was not renewed for an hour.
 */
export async function acquireStoreLock(directory: string, options: StoreLockOptions = {}): Promise<StoreLock> {
  try {
    return await acquire(directory, options);
  } catch (error) {
    const errno = error instanceof StoreError ? errnoOf(error.cause) : undefined;
    if ((errno === "ENOSPC" || errno === "EDQUOT") && options.makeRoom?.() === true) {
      return await acquire(directory, options);
    }
    throw error;
  }
}

async function acquire(directory: string, options: StoreLockOptions): Promise<StoreLock> {
  const marker: Marker = { ...thisProcess(), since: new Date().toISOString() };
  await removeDeadLock(directory);
  const prepared = prepareMarker(directory, marker);
  const { lock } = (await import("proper-lockfile")).default;
  let unlock: () => Promise<void> = async () => undefined;
  try {
    unlock = await lock(join(directory, "run"), {
      realpath: false,
      stale: STALE_MS,
      update: UPDATE_MS,
      onCompromised: (error) => options.onCompromised?.(`the lock of ${directory} was lost: ${describeError(error)}`),
    });
    renameSync(prepared, markerFile(directory));
  } catch (error) {
    await unlock().catch(() => undefined);
    rmSync(prepared, { force: true });
    throw errnoOf(error) === "ELOCKED"
      ? heldBy(directory, readMarker(markerFile(directory)))
      : notWritable(directory, error);
  }
  return { release: () => releaseLock(directory, marker, unlock) };
}

async function removeDeadLock(directory: string): Promise<void> {
  const lock = lockFolder(directory);
  if (renewedAt(lock) === undefined) {
    return;
  }
  let marker = readMarker(markerFile(directory));
  if (marker === undefined) {
    await sleep(MARKER_WAIT_MS);
    marker = readMarker(markerFile(directory));
  }
  const renewed = renewedAt(lock);
  if (renewed === undefined) {
    return;
  }
  // A time far ahead comes from a clock that was wrong; waiting for it to pass could take years.
  const isFresh = Math.abs(Date.now() - renewed) < STALE_MS;
  const suspects = marker === undefined ? preparedMarkers(directory) : [marker];
  const isOurs = suspects.length > 0 && suspects.every((suspect) => suspect !== undefined && isOfThisMachine(suspect));
  if (isOurs ? suspects.some((suspect) => suspect !== undefined && isAlive(suspect)) : isFresh) {
    throw heldBy(directory, marker);
  }
  try {
    // The marker first: without it, a run that is killed before it has written its own cannot be taken for the old one.
    rmSync(markerFile(directory), { force: true });
    rmSync(lock, { recursive: true, force: true });
  } catch (error) {
    throw notWritable(directory, error);
  }
}

/** Of those who may have been killed between taking the lock and naming themselves; undefined for one that is damaged. */
function preparedMarkers(directory: string): (Marker | undefined)[] {
  const names = readdirSync(directory).filter((name) => name.startsWith(MARKER) && name.endsWith(PREPARED));
  return names.map((name) => readMarker(join(directory, name)));
}

/** When the lock was last renewed, in milliseconds; undefined when there is none. */
function renewedAt(lock: string): number | undefined {
  return statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
}

function heldBy(directory: string, marker: Marker | undefined): AlreadyRunningError {
  if (marker === undefined) {
    return new AlreadyRunningError(`already running: an unknown machine holds the lock of the store ${directory}`, {
      hint: `if no machine is using the store, remove ${lockFolder(directory)}; it expires after an hour`,
    });
  }
  const since = localTime(new Date(marker.since));
  const where = isOfThisMachine(marker) ? "this machine" : `the machine ${marker.host}`;
  return new AlreadyRunningError(
    `already running: ${where} uses the store ${directory} (process ${marker.pid}, since ${since})`,
    {
      hint: isOfThisMachine(marker)
        ? `wait until it has ended, or stop it: kill ${marker.pid}`
        : `wait until it has ended; if ${marker.host} has crashed, the lock expires an hour after that`,
    },
  );
}

/** Writes the marker beside its place, so that only a rename is left to do once we have the lock. */
function prepareMarker(directory: string, marker: Marker): string {
  const file = join(directory, `${MARKER}.${marker.host}${PREPARED}`);
  try {
    const fd = createOwnFile(file);
    try {
      writeSync(fd, `${JSON.stringify(marker)}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    rmSync(file, { force: true });
    throw notWritable(directory, error);
  }
  return file;
}

async function releaseLock(directory: string, marker: Marker, unlock: () => Promise<void>): Promise<void> {
  const isOurs = () => JSON.stringify(readMarker(markerFile(directory))) === JSON.stringify(marker);
  try {
    await unlock();
  } catch {
    // Lost to another machine, or something lies in the folder of the lock.
    if (!isOurs()) {
      return;
    }
    rmSync(lockFolder(directory), { recursive: true, force: true });
  }
  if (isOurs()) {
    unlinkSync(markerFile(directory));
  }
}

function readMarker(file: string): Marker | undefined {
  try {
    const { host, machineId, bootId, pid, ticks, since } = JSON.parse(readOwnFile(file));
    const isComplete = typeof host === "string" && Number.isInteger(pid) && !Number.isNaN(Date.parse(since));
    return isComplete ? { host, machineId, bootId, pid, ticks, since } : undefined;
  } catch {
    return undefined;
  }
}

function notWritable(directory: string, error: unknown): StoreError {
  const errno = errnoOf(error);
  const reason =
    errno === "EROFS" ? "its file system is read-only" : errno === "ENOSPC" ? "its disk is full" : describeError(error);
  return new StoreError(`cannot lock the store ${directory}: ${reason}`, {
    hint: "see that the disk is mounted, may be written by this user, and has space left",
    cause: error,
  });
}

function lockFolder(directory: string): string {
  return join(directory, "run.lock");
}

function markerFile(directory: string): string {
  return join(directory, MARKER);
}
