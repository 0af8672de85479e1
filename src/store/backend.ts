import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { createOwnFile } from "../path/own-file.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import { isProgram } from "../process/is-program.ts";
import { inStore, METADATA, PARTS, type Store } from "./layout.ts";

/** How snapshots are made: as btrfs subvolumes, as copies that share their blocks, or as trees of hard links. */
export type Backend = "btrfs" | "reflink" | "hardlink";

const BTRFS_MAGIC = 0x9123683e;
/** The inode number of every btrfs subvolume's top folder. */
const SUBVOLUME_INODE = 256;

/** The best that the store's file system and mirror can do. Tries with a small file of its own. */
export function chooseBackend(store: Store): Backend {
  if (isSubvolume(inStore(store, store.mirror)) && isProgram("btrfs")) {
    return "btrfs";
  }
  return canReflink(inStore(store, METADATA, PARTS.building)) ? "reflink" : "hardlink";
}

/** Makes an empty mirror: on btrfs a subvolume, elsewhere a folder. */
export async function createMirror(store: Store): Promise<void> {
  if (isBtrfs(`${store.root}/.`) && isProgram("btrfs")) {
    await btrfs(["subvolume", "create", inStore(store, store.mirror)]);
    return;
  }
  mkdirSync(inStore(store, store.mirror), { mode: 0o755 });
}

/** Runs the btrfs program. @throws StoreError with what it said. */
export async function btrfs(args: readonly string[]): Promise<void> {
  const result = await runCommand("btrfs", args);
  if (result.exitCode !== 0) {
    throw new StoreError(`btrfs ${args.slice(0, 2).join(" ")} failed: ${firstComplaint(result)}`);
  }
}

/** A link to a subvolume is none. */
export function isSubvolume(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isDirectory() === true && status.ino === SUBVOLUME_INODE && isBtrfs(path);
}

/** Whether a subvolume, or the file system that it is on, is read-only. */
export function isReadOnly(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    return errnoOf(error) === "EROFS";
  }
}

/** Lets a subvolume be changed, or not any more. @throws StoreError */
export async function setReadOnly(path: string, value: boolean): Promise<void> {
  await btrfs(["property", "set", "-t", "subvol", path, "ro", String(value)]);
}

function isBtrfs(path: string): boolean {
  return statfsSync(path).type === BTRFS_MAGIC;
}

/** Whether the store's file system keeps fractions of a second in the times of files. */
export function keepsNanoseconds(store: Store): boolean {
  const probe = inStore(store, METADATA, PARTS.building, ".times");
  try {
    closeSync(createOwnFile(probe));
    utimesSync(probe, 1, 1.5);
    return statSync(probe).mtimeMs === 1500;
  } finally {
    rmSync(probe, { force: true });
  }
}

function canReflink(folder: string): boolean {
  const [original, copy] = [join(folder, ".reflink"), join(folder, ".reflink-copy")];
  try {
    const fd = createOwnFile(original);
    writeFileSync(fd, "x");
    closeSync(fd);
    rmSync(copy, { force: true });
    copyFileSync(original, copy, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(original, { force: true });
    rmSync(copy, { force: true });
  }
}
