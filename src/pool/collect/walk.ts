import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { describeError } from "../../errors/describe.ts";
import { type BytePath, bytePathFromBuffer, bytePathFromText, toBuffer } from "../../path/byte-path.ts";

export interface WalkedEntry {
  /** Absolute. */
  path: BytePath;
  kind: "file" | "link" | "dir";
  mode: number;
  uid: number;
  gid: number;
}

export interface WalkRules {
  /** A folder that holds a file of this name is left out; "" for none. */
  ignoreFile: string;
  /** How many levels of links to folders are followed. */
  linkDepth: number;
  /** Take what a link within the depth points to under its own path as well. */
  dereference: boolean;
  isExcluded(path: BytePath): boolean;
  /** Something cannot be read; the walk goes on beside it. */
  onProblem(path: BytePath, message: string): void;
}

/**
 * All that belongs into the archive of a folder: folders, files and links, in the order of their names. A link within
 * the depth is walked as if it were the folder, under the link's name. Sockets, pipes and devices are left out.
 */
export async function* walk(top: BytePath, rules: WalkRules): AsyncGenerator<WalkedEntry> {
  const seen = new Set<BytePath>();
  for await (const entry of walkFolder(top, rules.linkDepth, rules)) {
    // What links point to may also lie in the folder itself.
    if (!rules.dereference || !seen.has(entry.path)) {
      if (rules.dereference) {
        seen.add(entry.path);
      }
      yield entry;
    }
  }
}

async function* walkFolder(folder: BytePath, depth: number, rules: WalkRules): AsyncGenerator<WalkedEntry> {
  if (rules.isExcluded(folder)) {
    return;
  }
  const found = attempt(folder, rules, () => ({ stats: lstatSync(toBuffer(folder)), names: listNames(folder) }));
  if (found === undefined || (rules.ignoreFile !== "" && found.names.includes(bytePathFromText(rules.ignoreFile)))) {
    return;
  }
  // Of a link that is followed tar would store the link, and what lies below would be restored through it.
  if (found.stats.isDirectory()) {
    yield entryOf(folder, "dir", found.stats);
  }
  await setImmediate();
  for (const name of found.names) {
    yield* walkEntry(joined(folder, name), depth, rules);
  }
}

async function* walkEntry(path: BytePath, depth: number, rules: WalkRules): AsyncGenerator<WalkedEntry> {
  const stats = rules.isExcluded(path) ? undefined : attempt(path, rules, () => lstatSync(toBuffer(path)));
  if (stats === undefined) {
    return;
  }
  if (stats.isDirectory()) {
    yield* walkFolder(path, depth - 1, rules);
  } else if (stats.isSymbolicLink()) {
    yield* walkLink(path, { stats, depth, rules });
  } else if (stats.isFile()) {
    yield entryOf(path, "file", stats);
  }
}

async function* walkLink(
  path: BytePath,
  { stats, depth, rules }: { stats: Stats; depth: number; rules: WalkRules },
): AsyncGenerator<WalkedEntry> {
  const target = depth > 0 ? statSync(toBuffer(path), { throwIfNoEntry: false }) : undefined;
  if (target?.isDirectory() && !rules.dereference) {
    yield* walkFolder(path, depth - 1, rules);
    return;
  }
  yield entryOf(path, "link", stats);
  if (target === undefined || !rules.dereference) {
    return;
  }
  const real = bytePathFromBuffer(realpathSync(toBuffer(path), { encoding: "buffer" }));
  if (target.isDirectory()) {
    yield* walkFolder(real, depth - 1, rules);
  } else if (target.isFile() && !rules.isExcluded(real)) {
    yield entryOf(real, "file", target);
  }
}

/** One path alone; undefined for what is no file and no link. @throws when it is not there. */
export function entryAt(path: BytePath): WalkedEntry | undefined {
  const stats = lstatSync(toBuffer(path));
  return stats.isFile() || stats.isSymbolicLink() ? entryOf(path, stats.isFile() ? "file" : "link", stats) : undefined;
}

/** The folders directly in a folder, links not followed. */
export function listFolders(folder: BytePath): BytePath[] {
  return listNames(folder)
    .map((name) => joined(folder, name))
    .filter((path) => lstatSync(toBuffer(path), { throwIfNoEntry: false })?.isDirectory());
}

function listNames(folder: BytePath): BytePath[] {
  return readdirSync(toBuffer(folder), { encoding: "buffer" }).map(bytePathFromBuffer).sort();
}

function joined(folder: BytePath, name: BytePath): BytePath {
  return (folder === "/" ? `/${name}` : `${folder}/${name}`) as BytePath;
}

function entryOf(path: BytePath, kind: WalkedEntry["kind"], { mode, uid, gid }: Stats): WalkedEntry {
  return { path, kind, mode, uid, gid };
}

/** What vanishes while we look is no trouble. */
function attempt<T>(path: BytePath, rules: WalkRules, look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (!/^ENOENT\b/.test(describeError(error))) {
      rules.onProblem(path, describeError(error));
    }
    return undefined;
  }
}
