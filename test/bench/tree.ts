import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type Random, seededRandom, seedOf } from "./random.ts";

/** Paths are relative to the top of the tree. */
export type TreeEntry =
  | { kind: "folder"; path: string }
  | { kind: "file"; path: string; bytes: number; mode: number; modified: number }
  | { kind: "symlink"; path: string; target: string }
  | { kind: "hardlink"; path: string; target: string };

export type FileEntry = Extract<TreeEntry, { kind: "file" }>;

const KIB = 1024;
/** Shares of all files. */
const LARGE_SHARE = 0.005;
const SYMLINK_SHARE = 0.01;
const HARDLINK_SHARE = 0.005;
const EXECUTABLE_SHARE = 0.1;
/** Folders hold 1 to 200 files: most of them few. */
const MOST_FILES_PER_FOLDER = 200;
const NEWEST_SECONDS = 1_700_000_000;
const OLDEST_SECONDS = 1_400_000_000;

/** What a tree of so many files (links count) looks like: the same for the same seed. Parents before children. */
export function planTree({ files, seed }: { files: number; seed: number }): TreeEntry[] {
  const random = seededRandom(seed);
  const entries: TreeEntry[] = [];
  const folders = ["."];
  let left = files;
  while (left > 0) {
    const folder = join(folders[random.below(folders.length)] ?? ".", `folder-${folders.length}`);
    folders.push(folder);
    entries.push({ kind: "folder", path: folder });
    const count = Math.min(left, random.spread(1, MOST_FILES_PER_FOLDER));
    left -= count;
    let target: string | undefined;
    for (let index = 0; index < count; index += 1) {
      const entry = planEntry(random, join(folder, `file-${index}`), target);
      entries.push(entry);
      target ??= entry.kind === "file" ? entry.path : undefined;
    }
  }
  return entries;
}

/** A file, or now and then a link to the first file of the same folder. */
function planEntry(random: Random, path: string, target: string | undefined): TreeEntry {
  const kind = random.next();
  if (target !== undefined && kind < SYMLINK_SHARE) {
    return { kind: "symlink", path, target: target.slice(dirname(target).length + 1) };
  }
  if (target !== undefined && kind < SYMLINK_SHARE + HARDLINK_SHARE) {
    return { kind: "hardlink", path, target };
  }
  return planFile(random, path);
}

export function planFile(random: Random, path: string): FileEntry {
  const isLarge = random.next() < LARGE_SHARE;
  return {
    kind: "file",
    path,
    bytes: isLarge ? random.spread(32 * KIB, 1024 * KIB) : random.spread(KIB / 2, 16 * KIB),
    mode: random.next() < EXECUTABLE_SHARE ? 0o755 : 0o644,
    modified: OLDEST_SECONDS + random.below(NEWEST_SECONDS - OLDEST_SECONDS),
  };
}

/** So many entries are written between two looks at the signal. */
const PIECE = 1000;

/** Makes the tree in a folder that is there and empty. */
export async function writeTree(folder: string, entries: readonly TreeEntry[], signal?: AbortSignal): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    if (index % PIECE === 0) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    const path = join(folder, entry.path);
    if (entry.kind === "folder") {
      mkdirSync(path);
    } else if (entry.kind === "symlink") {
      symlinkSync(entry.target, path);
    } else if (entry.kind === "hardlink") {
      linkSync(join(folder, entry.target), path);
    } else {
      writeFile(folder, entry);
    }
  }
}

export function writeFile(folder: string, { path, bytes, mode, modified }: FileEntry): void {
  const absolute = join(folder, path);
  writeFileSync(absolute, contentOf(path, bytes));
  chmodSync(absolute, mode);
  utimesSync(absolute, modified, modified);
}

let noise: Buffer | undefined;

/** A piece of noise, another one for each name. */
function contentOf(path: string, bytes: number): Buffer {
  noise ??= makeNoise(2 * KIB * KIB);
  const start = seededRandom(seedOf(`${path} ${bytes}`)).below(noise.length - bytes);
  return noise.subarray(start, start + bytes);
}

function makeNoise(bytes: number): Buffer {
  const random = seededRandom(bytes);
  return Buffer.from(Uint8Array.from({ length: bytes }, () => random.below(256)));
}
