import { readlinkSync } from "node:fs";
import { Beneath } from "../../path/beneath.ts";
import { type BytePath, bytePathFromBuffer, bytePathFromLatin1 } from "../../path/byte-path.ts";
import { listSorted } from "../entries.ts";
import { digestAttributes } from "./attributes.ts";
import { type EntryType, entryOfStatus, type ManifestEntry } from "./entry.ts";

const TYPES: Readonly<Record<string, EntryType>> = {
  f: "file",
  d: "dir",
  l: "link",
  p: "fifo",
  s: "socket",
  c: "char",
  b: "block",
};

/** The path is last: it alone may have blanks. */
const FIELDS = "%y %i %s %T@ %m %U %G %P";
const PATH_FIELD = 8;

/** So many paths are looked at in one go for what find cannot say. */
const BATCH = 10_000;

/**
 * What a tree looks like: all its entries but their contents, sorted by path, the top first, in pieces. Does not leave
 * the file system.
 * @throws TransferError, StoreError when a part of it cannot be read.
 */
export async function* surveyTree(tree: string, signal?: AbortSignal): AsyncGenerator<ManifestEntry[]> {
  const beneath = new Beneath(tree);
  try {
    for await (const entries of inBatches(listSorted(`${tree}/.`, { format: FIELDS, key: PATH_FIELD, top: true }))) {
      signal?.throwIfAborted();
      yield await complete(tree, beneath, entries.map(parseLine), signal);
    }
  } finally {
    beneath.close();
  }
}

/** The same for single paths, which must be sorted. What is not there is left out. */
export async function surveyPaths(
  tree: string,
  paths: readonly BytePath[],
  signal?: AbortSignal,
): Promise<ManifestEntry[]> {
  const beneath = new Beneath(tree);
  try {
    const entries = paths.flatMap((path) => lookAt(beneath, path) ?? []);
    const done: ManifestEntry[] = [];
    for (let start = 0; start < entries.length; start += BATCH) {
      done.push(...(await complete(tree, beneath, entries.slice(start, start + BATCH), signal)));
    }
    return done;
  } finally {
    beneath.close();
  }
}

async function* inBatches(pieces: AsyncGenerator<string[]>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const piece of pieces) {
    batch = batch.concat(piece);
    if (batch.length >= BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) {
    yield batch;
  }
}

/** find writes ten decimals; before 1970 it, too, counts them up. */
function parseLine(line: string): ManifestEntry {
  const fields = line.split(" ", PATH_FIELD - 1);
  const [letter = "", inode = "", size = "0", time = "", mode = "", uid = "", gid = ""] = fields;
  const type = TYPES[letter] ?? "file";
  return {
    path: bytePathFromLatin1(line.slice(fields.join(" ").length + 1)),
    type,
    mode: Number.parseInt(mode, 8),
    uid: Number(uid),
    gid: Number(gid),
    time: time.slice(0, -1),
    inode: type === "dir" ? "" : inode,
    size: type === "file" ? Number(size) : 0,
  };
}

function lookAt(beneath: Beneath, path: BytePath): ManifestEntry | undefined {
  const status = beneath.look(path);
  return status === undefined ? undefined : entryOfStatus(path, status);
}

/** Adds what needs a look of its own: attributes, where links lead, which device it is. */
async function complete(
  tree: string,
  beneath: Beneath,
  entries: readonly ManifestEntry[],
  signal: AbortSignal | undefined,
): Promise<ManifestEntry[]> {
  const paths = entries.map(({ path }) => path);
  const attributes = await digestAttributes(tree, paths, signal);
  return entries.map((entry) => {
    const xattrs = attributes.get(entry.path);
    return {
      ...entry,
      ...(xattrs === undefined ? {} : { xattrs }),
      ...(entry.type === "link" ? { target: targetOf(beneath, entry.path) } : {}),
      ...(entry.type === "char" || entry.type === "block" ? deviceOf(beneath, entry.path) : {}),
    };
  });
}

function targetOf(beneath: Beneath, path: BytePath): BytePath {
  return bytePathFromBuffer(readlinkSync(beneath.place(path), { encoding: "buffer" }));
}

function deviceOf(beneath: Beneath, path: BytePath): Pick<ManifestEntry, "device"> {
  const device = lookAt(beneath, path)?.device;
  return device === undefined ? {} : { device };
}
