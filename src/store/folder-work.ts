import { mkdirSync, rmdirSync, unlinkSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { type BytePath, bytePathFromLatin1, bytePathFromText, printable } from "../path/byte-path.ts";
import { makeFolderWritable } from "../path/writable.ts";
import { loadAddon } from "../process/addon.ts";
import { type DirectoryEntry, Folder, parseEntries } from "./folder.ts";

/** @throws StoreError */
export function openTop(tree: string): Folder {
  try {
    return Folder.top(tree);
  } catch (error) {
    throw unreadable(bytePathFromText(tree), error);
  }
}

/** @throws StoreError, also for a link. */
export function openFolder(folder: Folder, name: BytePath): Folder {
  try {
    return folder.open(name);
  } catch (error) {
    throw unreadable(folder.pathOf(name), error);
  }
}

/** @throws StoreError */
export function readFolder(folder: Folder): Buffer {
  try {
    return folder.read();
  } catch (error) {
    throw unreadable(folder.path, error);
  }
}

/** What is still to be done to make one folder hold what another one holds; what lies in their folders is not looked at. */
export interface FolderWork {
  /** Folders in both. */
  folders: BytePath[];
  /** Not wanted, or in the place of something else. */
  removed: { type: string; name: BytePath }[];
  /** Names of folders to make. */
  made: BytePath[];
  /** Names that must lead to the inodes that they have in the other folder. */
  linked: BytePath[];
  /** Whether nothing is left, but what lies in folders. */
  done: boolean;
}

/**
 * Makes a folder hold what another one holds, with its attributes, as far as no folders come or go and nothing fails.
 * Another thread does it; both must stay open meanwhile.
 * @param isNew whether it was just made, and holds nothing. @throws StoreError when one of them cannot be read.
 */
export async function renewFolder(from: Folder, to: Folder, isNew: boolean): Promise<FolderWork> {
  try {
    return parseWork(await loadAddon().renewFolder(from.fd, to.fd, isNew));
  } catch (error) {
    throw unreadable(from.path, error);
  }
}

function parseWork(bytes: Buffer): FolderWork {
  const work: FolderWork = { folders: [], removed: [], made: [], linked: [], done: true };
  const records = bytes.toString("latin1").split("\0");
  records.pop();
  for (const record of records) {
    const [kind, type, name] = [record[0], record[2] ?? "", bytePathFromLatin1(record.slice(4))];
    work.done &&= kind === "=";
    if (kind === "=") {
      work.folders.push(name);
    } else if (kind === "-") {
      work.removed.push({ type, name });
    } else if (kind === "+") {
      (type === "d" ? work.made : work.linked).push(name);
    }
  }
  return work;
}

function unreadable(path: BytePath, error: unknown): StoreError {
  return new StoreError(`cannot read the folder "${printable(path)}" in the store: ${errnoOf(error)}`, {
    hint: "is the backup disk sound? If so, somebody else changes the mirror meanwhile",
    cause: error,
  });
}

/** Removes a name, and everything below it; of another file system not even the folder. @throws StoreError */
export function removeEntry(folder: Folder, { type, name }: Pick<DirectoryEntry, "type" | "name">): void {
  if (type !== "d") {
    attempt(folder, name, () => unlinkSync(folder.place(name)));
    return;
  }
  const inner = openFolder(folder, name);
  try {
    if (inner.status().dev === folder.status().dev) {
      for (const entry of parseEntries(readFolder(inner))) {
        removeEntry(inner, entry);
      }
    }
  } finally {
    inner.close();
  }
  attempt(folder, name, () => rmdirSync(folder.place(name)));
}

/** @throws StoreError */
export function makeFolder(folder: Folder, name: BytePath): void {
  attempt(folder, name, () => mkdirSync(folder.place(name), { mode: 0o700 }));
}

export interface NameChanges {
  /** Names of files to remove. */
  removed: readonly BytePath[];
  /** Names to give, after that. */
  linked: readonly BytePath[];
}

/**
 * Removes files from a folder, then gives it names of another one as well. Another thread does it; both must stay open
 * meanwhile.
 * @returns the names whose inodes have as many links as the file system allows.
 * @throws StoreError
 */
export async function changeNames(from: Folder, to: Folder, { removed, linked }: NameChanges): Promise<BytePath[]> {
  const answers = await loadAddon().changeNames(from.fd, to.fd, listed(removed), listed(linked));
  const failures = answers.map(({ index, code }) => ({
    name: removed[index] ?? linked[index - removed.length] ?? ITSELF,
    isRemoval: index < removed.length,
    code,
  }));
  const unlinkable = failures.filter(({ code }) => code === "EMLINK").map(nameOf);
  const failed = failures.filter(({ code }) => code !== "EMLINK");
  const [first] = failed;
  if (first === undefined) {
    return unlinkable;
  }
  // What was in the way of a link may be what could not be removed: they are tried again together.
  if (failed.some(({ code }) => code === "EACCES") && makeFolderWritable(to.place(ITSELF))) {
    const namesOf = (isRemoval: boolean) => failed.filter((each) => each.isRemoval === isRemoval).map(nameOf);
    return [...unlinkable, ...(await changeNames(from, to, { removed: namesOf(true), linked: namesOf(false) }))];
  }
  throw failureAt(to.pathOf(first.name), Object.assign(new Error(first.code), { code: first.code }));
}

function nameOf({ name }: { name: BytePath }): BytePath {
  return name;
}

function listed(names: readonly BytePath[]): Buffer {
  return Buffer.from(names.map((name) => `${name}\0`).join(""), "latin1");
}

/**
 * Gives a folder the owner, mode, ACLs, extended attributes and time of another one; what only root may give is left
 * out for others. @throws StoreError
 */
export function copyAttributes(from: Folder, to: Folder): void {
  attempt(to, ITSELF, () => loadAddon().copyAttributes(from.fd, to.fd));
}

const ITSELF = bytePathFromLatin1(".");

/** An ordinary user may meet folders of their own that they may not write: those are made writable, once. */
function attempt<T>(folder: Folder, name: BytePath, change: () => T): T {
  try {
    return change();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "EACCES" && makeFolderWritable(folder.place(ITSELF))) {
      return attempt(folder, name, change);
    }
    throw failureAt(folder.pathOf(name), error);
  }
}

function failureAt(path: BytePath, cause: unknown): StoreError {
  const errno = errnoOf(cause);
  return new StoreError(`cannot make "${printable(path)}" in the new snapshot: ${errno}`, { ...hintFor(errno), cause });
}

function hintFor(errno: string | undefined): { hint?: string } {
  if (errno === "ENOSPC" || errno === "EDQUOT") {
    return { hint: "the backup disk is full: free space or inodes, or keep fewer snapshots" };
  }
  if (errno === "EPERM" || errno === "EOPNOTSUPP" || errno === "ENOTSUP") {
    return { hint: "does this file system have hard links? ext4, xfs and btrfs do; FAT and exFAT do not" };
  }
  return {};
}
