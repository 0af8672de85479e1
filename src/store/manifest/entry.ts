import type { BigIntStats } from "node:fs";
import type { BytePath } from "../../path/byte-path.ts";

/** The types of mtree(5). */
export type EntryType = "file" | "dir" | "link" | "fifo" | "socket" | "char" | "block";

/** One path of a tree, as a manifest records it. */
export interface ManifestEntry {
  /** Relative to the top of the tree; "" is the top itself. */
  path: BytePath;
  type: EntryType;
  /** Permission bits with setuid, setgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since the epoch with nine decimals, as text: no floating point number holds them. */
  time: string;
  /** Paths of one tree with the same number are hard links of one file; "" for folders, which are never linked. */
  inode: string;
  /** Bytes of a file; 0 for everything else. */
  size: number;
  /** Digest of the extended attributes, ACLs included; absent when there are none. */
  xattrs?: string;
  /** Of a symbolic link. */
  target?: BytePath;
  /** Of a device: "major,minor". */
  device?: string;
  /** Of a file's contents, in hexadecimal. */
  sha256?: string;
}

/** What an entry's inode says of it; extended attributes, link targets and contents are not in there. */
export function entryOfStatus(path: BytePath, status: BigIntStats): ManifestEntry {
  const type = typeOfStatus(status);
  return {
    path,
    type,
    mode: Number(status.mode & 0o7777n),
    uid: Number(status.uid),
    gid: Number(status.gid),
    time: formatTime(status.mtimeNs),
    inode: type === "dir" ? "" : String(status.ino),
    size: type === "file" ? Number(status.size) : 0,
    ...(type === "char" || type === "block" ? { device: formatDevice(status.rdev) } : {}),
  };
}

function typeOfStatus(status: BigIntStats): EntryType {
  const tests: [EntryType, boolean][] = [
    ["dir", status.isDirectory()],
    ["link", status.isSymbolicLink()],
    ["fifo", status.isFIFO()],
    ["socket", status.isSocket()],
    ["block", status.isBlockDevice()],
    ["char", status.isCharacterDevice()],
  ];
  return tests.find(([, is]) => is)?.[0] ?? "file";
}

const NS_PER_SECOND = 1_000_000_000n;

/** Before 1970 the seconds are rounded down, so that the decimals always count up. */
export function formatTime(ns: bigint): string {
  const rest = ((ns % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  return `${(ns - rest) / NS_PER_SECOND}.${String(rest).padStart(9, "0")}`;
}

/** Linux's encoding of device numbers. */
function formatDevice(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  return `${major},${minor & 0xffffffffn}`;
}
