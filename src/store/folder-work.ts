import { mkdirSync, rmdirSync, unlinkSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { type BytePath, bytePathFromLatin1, bytePathFromText, printable, TOP } from "../path/byte-path.ts";
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

/** Opens a folder by its path below an open one. @throws StoreError, also for a link on the way. */
export function openFolder(folder: Folder, path: BytePath): Folder {
  try {
    return folder.open(path);
  } catch (error) {
    throw unreadable(folder.pathOf(path), error);
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

/** A folder that two trees have. */
export interface FolderToRenew {
  /** From the top. */
  path: BytePath;
  /** Whether it was just made, and holds nothing. */
  isNew: boolean;
}

/** What is still to be done to make one folder hold what another one holds; what lies in their folders is not looked at. */
export interface FolderWork {
  path: BytePath;
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
 * Makes folders of a tree hold what those of another one hold, with their attributes, as far as no folders come or go and
 * nothing fails. Does not leave the file system. Another thread does it; both tops must stay open meanwhile.
 * @throws StoreError when one of them cannot be read.
 */
export async function renewFolders(from: Folder, to: Folder, folders: readonly FolderToRenew[]): Promise<FolderWork[]> {
  const list = listed(folders.map(({ path, isNew }) => `${isNew ? "n" : "o"} ${path}`));
  const left = await loadAddon().renewFolders(from.fd, to.fd, list);
  return parseWork(left, folders);
}

function parseWork(bytes: Buffer, folders: readonly FolderToRenew[]): FolderWork[] {
  const records = bytes.toString("latin1").split("\0");
  records.pop();
  const works: FolderWork[] = [];
  let work: FolderWork = workIn(TOP);
  for (const record of records) {
    const [kind, type, name] = [record[0], record[2] ?? "", bytePathFromLatin1(record.slice(4))];
    if (kind === ">") {
      work = workIn(folders[Number(name)]?.path ?? TOP);
      works.push(work);
    } else if (kind === "!") {
      throw unreadable(work.path, Object.assign(new Error(name), { code: name }));
    } else if (kind === "=") {
      work.folders.push(name);
    } else {
      work.done = false;
      note(work, kind, { type, name });
    }
  }
  return works;
}

function workIn(path: BytePath): FolderWork {
  return { path, folders: [], removed: [], made: [], linked: [], done: true };
}

function note(work: FolderWork, kind: string | undefined, entry: { type: string; name: BytePath }): void {
  if (kind === "-") {
    work.removed.push(entry);
  } else if (kind === "+") {
    (entry.type === "d" ? work.made : work.linked).push(entry.name);
  }
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

function listed(records: readonly string[]): Buffer {
  return Buffer.from(records.map((record) => `${record}\0`).join(""), "latin1");
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
