import { closeSync, constants, fsyncSync, mkdirSync, openSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { errnoOf } from "../errors/describe.ts";
import { ParentDirectoryUnavailable, SnapshotsFolderNotFoundError } from "../errors/errors.ts";

/** The folder of a store that holds what is not a snapshot: identity, records, work in progress. */
export const METADATA = ".bakup";
/** The mirror's usual name. */
export const DEFAULT_MIRROR = "latest";
/** Parts of `METADATA`: being built; retired and waiting to be refreshed; being deleted. */
export const PARTS = { building: "new", spare: "spare", trash: "trash" } as const;

/**
 * An open store: the folder that holds the mirror and its snapshots. All work in it goes through `root`, which stays
 * this very folder whatever is mounted, unmounted or renamed above it.
 */
export interface Store {
  /** For people. */
  path: string;
  /** For the system: a path by way of our open descriptor. */
  root: string;
  /** The mirror's name in the store. */
  mirror: string;
  device: bigint;
  inode: bigint;
  close(): void;
}

/** The folder that is (or would be) the store of a mirror. @throws ParentDirectoryUnavailable for "" and "/". */
export function storePathOf(mirrorPath: string): string {
  const absolute = resolve(mirrorPath);
  if (mirrorPath === "" || absolute === "/") {
    throw new ParentDirectoryUnavailable(`the destination "${mirrorPath}" has no parent folder for snapshots`, {
      hint: "name a folder below the backup disk, as in /mnt/backup/laptop/latest",
    });
  }
  return dirname(absolute);
}

/** Opens the store of a mirror. @throws SnapshotsFolderNotFoundError, ParentDirectoryUnavailable */
export function openStoreOfMirror(mirrorPath: string): Store {
  return openStore(storePathOf(mirrorPath), basename(resolve(mirrorPath)));
}

/** Opens a store by its own path. @throws SnapshotsFolderNotFoundError */
export function openStore(path: string, mirror = DEFAULT_MIRROR): Store {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw new SnapshotsFolderNotFoundError(`cannot open the snapshots folder ${path}: ${errnoOf(error)}`, {
      hint: "is the backup disk plugged in and mounted?",
      cause: error,
    });
  }
  const root = `/proc/${process.pid}/fd/${fd}`;
  const { dev: device, ino: inode } = statSync(`${root}/.`, { bigint: true });
  return {
    path: resolve(path),
    root,
    mirror,
    device,
    inode,
    close: () => closeSync(fd),
  };
}

/** A path inside the store, for the system. */
export function inStore(store: Store, ...names: string[]): string {
  return `${store.root}/${names.join("/")}`;
}

/**
 * Makes a folder in `METADATA` unless it is there. One level after the other: when the store was closed meanwhile, Node's
 * own recursion tries for ever to make a folder below /proc.
 */
export function ensureFolder(store: Store, ...names: string[]): void {
  for (let depth = 0; depth <= names.length; depth += 1) {
    try {
      mkdirSync(inStore(store, METADATA, ...names.slice(0, depth)), { mode: 0o700 });
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") {
        throw error;
      }
    }
  }
}

/** Makes what was renamed, made or removed in a folder last through a power cut. */
export function syncFolder(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The names in a folder; none when there is no such folder. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") {
      return [];
    }
    throw error;
  }
}
