import { type BigIntStats, constants, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { type Beneath, withBeneath } from "../path/beneath.ts";
import { type BytePath, bytePathFromBuffer, bytePathFromLatin1, childOf } from "../path/byte-path.ts";

/** A name in a folder; folders are not followed, and neither are links. */
export interface FolderName {
  name: BytePath;
  isFolder: boolean;
}

export interface FolderEntry {
  name: BytePath;
  type: "folder" | "file" | "link" | "other";
  size: number;
  /** In ms since 1970. */
  mtime: number;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Where a link leads. */
  leadsTo?: BytePath;
}

/** All names in a folder of a snapshot, folders first. @throws the system's error when it is no folder. */
export function listNames(tree: string, path: BytePath): FolderName[] {
  return withBeneath(tree, (beneath) => {
    const place = beneath.place(path);
    const folder = path === "" ? place : Buffer.concat([place, Buffer.from("/.")]);
    if (!lstatSync(place).isDirectory()) {
      throw Object.assign(new Error(`ENOTDIR: not a folder`), { code: "ENOTDIR" });
    }
    // Latin 1: each character stands for one byte.
    return readdirSync(folder, { withFileTypes: true, encoding: "latin1" })
      .map((entry) => ({ isFolder: entry.isDirectory(), name: bytePathFromLatin1(entry.name) }))
      .sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || (a.name < b.name ? -1 : 1));
  });
}

/** What is known of some names in a folder; what is gone meanwhile is left out. */
export function describeEntries(tree: string, folder: BytePath, names: readonly FolderName[]): FolderEntry[] {
  return withBeneath(tree, (beneath) => names.flatMap(({ name }) => describe(beneath, childOf(folder, name))));
}

/** Opens a regular file of a snapshot to read it; undefined for anything else. Follows no link. */
export function openFile(tree: string, path: BytePath): number | undefined {
  return withBeneath(tree, (beneath) =>
    lstatSync(beneath.place(path)).isFile() ? beneath.open(path, constants.O_RDONLY) : undefined,
  );
}

function describe(beneath: Beneath, path: BytePath): FolderEntry[] {
  const place = beneath.place(path);
  const status = lstatSync(place, { bigint: true, throwIfNoEntry: false });
  if (status === undefined) {
    return [];
  }
  return [
    {
      name: bytePathFromLatin1(path.slice(path.lastIndexOf("/") + 1)),
      type: typeOf(status),
      size: Number(status.size),
      mtime: Number(status.mtimeMs),
      mode: Number(status.mode & 0o7777n),
      uid: Number(status.uid),
      gid: Number(status.gid),
      ...(status.isSymbolicLink() ? { leadsTo: bytePathFromBuffer(readlinkSync(place, { encoding: "buffer" })) } : {}),
    },
  ];
}

function typeOf(status: BigIntStats): FolderEntry["type"] {
  if (status.isDirectory()) {
    return "folder";
  }
  return status.isFile() ? "file" : status.isSymbolicLink() ? "link" : "other";
}
