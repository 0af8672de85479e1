import type { BigIntStats } from "node:fs";
import { StoreError } from "../errors/errors.ts";
import { type BytePath, bytePathFromLatin1, bytePathFromText } from "../path/byte-path.ts";
import { runCommand } from "../process/command.ts";
import { splitter } from "../process/lines.ts";
import { inStore, type Store } from "./layout.ts";
import type { Snapshot } from "./list.ts";
import { lookUp, pathInTree } from "./look-up.ts";

export type FileType = "file" | "folder" | "link" | "fifo" | "socket" | "block device" | "character device";

/** One version of a path: what consecutive snapshots that have the path agree on. */
export interface FileVersion {
  /** Names of the oldest and the newest snapshot that have it. */
  first: string;
  last: string;
  /** How many snapshots have it. */
  count: number;
  type: FileType;
  /** In bytes; 0 for folders. */
  size: number;
  /** ISO 8601 in UTC. */
  mtime: string;
  /** Permission bits, with setuid, setgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
}

export interface FoundPath {
  path: BytePath;
  /** Newest first. */
  versions: FileVersion[];
}

export interface FindResult {
  /** Sorted by path. */
  found: FoundPath[];
  /** Folders that could not be searched, as find said it. */
  problems: { snapshot: string; reason: string }[];
}

/**
 * The versions of files over time. A pattern without wildcards is a path from the top of the snapshots. Otherwise it is
 * a shell pattern for the last name of a path or, when it has a slash, for the whole path; `*` matches slashes too, as
 * in find(1), -path.
 * @throws StoreError when a search cannot be made at all.
 */
export async function findVersions(
  store: Store,
  snapshots: readonly Snapshot[],
  pattern: string,
  signal?: AbortSignal,
): Promise<FindResult> {
  if (!/[*?[]/.test(pattern)) {
    const path = pathInTree(bytePathFromText(pattern));
    const versions = versionsOf(store, snapshots, path);
    return { found: versions.length === 0 ? [] : [{ path, versions }], problems: [] };
  }
  const history = new Map<BytePath, Run[]>();
  const problems: FindResult["problems"] = [];
  for (const { name } of oldestFirst(snapshots)) {
    const note = (path: BytePath, sighting: Sighting) => remember(history, { name, path, sighting });
    const reasons = await search(inStore(store, name), pattern, note, signal);
    problems.push(...reasons.map((reason) => ({ snapshot: name, reason })));
  }
  const found = [...history].map(([path, runs]) => ({ path, versions: runs.map(versionOf).reverse() }));
  return { found: found.sort((a, b) => (a.path < b.path ? -1 : 1)), problems };
}

/** The versions of one path over time, newest first. Whatever characters it has, it is no pattern. */
export function versionsOf(store: Store, snapshots: readonly Snapshot[], path: BytePath): FileVersion[] {
  const history = new Map<BytePath, Run[]>();
  for (const { name } of oldestFirst(snapshots)) {
    const status = lookUp(inStore(store, name), path);
    if (status !== undefined) {
      remember(history, { name, path, sighting: sightingOf(status) });
    }
  }
  return (history.get(path) ?? []).map(versionOf).reverse();
}

function oldestFirst(snapshots: readonly Snapshot[]): Snapshot[] {
  return [...snapshots].sort((a, b) => a.instant - b.instant);
}

interface Sighting {
  type: FileType;
  size: bigint;
  mtimeNs: bigint;
  mode: number;
  uid: number;
  gid: number;
  device: bigint;
  inode: bigint;
}

interface Run {
  sighting: Sighting;
  first: string;
  last: string;
  count: number;
}

const FORMAT = "%y %D %i %s %T@ %m %U %G %P\\0";

/** Calls `note` with each path that matches. @returns complaints about folders that could not be read. */
async function search(
  tree: string,
  pattern: string,
  note: (path: BytePath, sighting: Sighting) => void,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const test = pattern.includes("/") ? ["-path", `./${pattern.replace(/^\/+|\/+$/g, "")}`] : ["-name", pattern];
  const onStdout = splitter("\0", (line) => {
    const [path, sighting] = parseSighting(line);
    note(path, sighting);
  });
  const command = [".", "-xdev", "-mindepth", "1", ...test, "-printf", FORMAT];
  const result = await runCommand("find", command, { cwd: tree, signal, onStdout });
  signal?.throwIfAborted();
  const complaints = result.stderr
    .toString()
    .split("\n")
    .filter((line) => line !== "");
  if (result.exitCode !== 0 && complaints.length === 0) {
    throw new StoreError(`the search for "${pattern}" in ${tree} was broken off`);
  }
  return complaints;
}

const TYPES: Readonly<Record<string, FileType>> = {
  f: "file",
  d: "folder",
  l: "link",
  p: "fifo",
  s: "socket",
  b: "block device",
  c: "character device",
};

function parseSighting(line: string): [BytePath, Sighting] {
  const [type = "", device = "0", inode = "0", size = "0", time = "0", mode = "0", uid, gid, ...name] = line.split(" ");
  const [seconds = "0", fraction = ""] = time.split(".");
  const sighting: Sighting = {
    type: TYPES[type] ?? "file",
    size: type === "d" ? 0n : BigInt(size),
    mtimeNs: BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(0, 9)),
    mode: Number.parseInt(mode, 8),
    uid: Number(uid),
    gid: Number(gid),
    device: BigInt(device),
    inode: BigInt(inode),
  };
  return [bytePathFromLatin1(name.join(" ")), sighting];
}

function sightingOf(status: BigIntStats): Sighting {
  return {
    type: typeOf(status),
    size: status.isDirectory() ? 0n : status.size,
    mtimeNs: status.mtimeNs,
    mode: Number(status.mode & 0o7777n),
    uid: Number(status.uid),
    gid: Number(status.gid),
    device: status.dev,
    inode: status.ino,
  };
}

function typeOf(status: BigIntStats): FileType {
  const tests: [FileType, boolean][] = [
    ["folder", status.isDirectory()],
    ["link", status.isSymbolicLink()],
    ["fifo", status.isFIFO()],
    ["socket", status.isSocket()],
    ["block device", status.isBlockDevice()],
    ["character device", status.isCharacterDevice()],
  ];
  return tests.find(([, is]) => is)?.[0] ?? "file";
}

function remember(
  history: Map<BytePath, Run[]>,
  { name, path, sighting }: { name: string; path: BytePath; sighting: Sighting },
): void {
  const runs = history.get(path) ?? [];
  history.set(path, runs);
  const latest = runs.at(-1);
  if (latest !== undefined && isSame(latest.sighting, sighting)) {
    latest.last = name;
    latest.count += 1;
  } else {
    runs.push({ sighting, first: name, last: name, count: 1 });
  }
}

/** Two snapshots hold one version when they link one inode, or when everything that rsync looks at agrees. */
function isSame(a: Sighting, b: Sighting): boolean {
  if (a.device === b.device && a.inode === b.inode) {
    return true;
  }
  return (
    a.type === b.type &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid
  );
}

function versionOf({ sighting, first, last, count }: Run): FileVersion {
  const { type, size, mtimeNs, mode, uid, gid } = sighting;
  const mtime = new Date(Number(mtimeNs / 1_000_000n)).toISOString();
  return { first, last, count, type, size: Number(size), mtime, mode, uid, gid };
}
