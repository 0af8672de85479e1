import { readlinkSync } from "node:fs";
import { Beneath, withBeneath } from "../../path/beneath.ts";
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

/**
 * What a tree looks like: all its entries but their contents, sorted by path, the top first, in pieces. Does not leave
 * the file system.
 * @throws TransferError, StoreError when a part of it cannot be read.
 */
export async function* surveyTree(tree: string, signal?: AbortSignal): AsyncGenerator<ManifestEntry[]> {
  const beneath = new Beneath(tree);
  try {
    for await (const lines of listSorted(`${tree}/.`, { format: FIELDS, key: PATH_FIELD, top: true })) {
      signal?.throwIfAborted();
      yield lines.map((line) => complete(beneath, parseLine(line)));
    }
  } finally {
    beneath.close();
  }
}

/** The same for single paths, which must be sorted. What is not there is left out. */
export function surveyPaths(tree: string, paths: readonly BytePath[]): ManifestEntry[] {
  return withBeneath(tree, (beneath) =>
    paths.flatMap((path) => {
      const entry = lookAt(beneath, path);
      return entry === undefined ? [] : [complete(beneath, entry)];
    }),
  );
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
function complete(beneath: Beneath, entry: ManifestEntry): ManifestEntry {
  const xattrs = digestAttributes(beneath, entry.path);
  return {
    ...entry,
    ...(xattrs === undefined ? {} : { xattrs }),
    ...(entry.type === "link" ? { target: targetOf(beneath, entry.path) } : {}),
    ...(entry.type === "char" || entry.type === "block" ? deviceOf(beneath, entry.path) : {}),
  };
}

function targetOf(beneath: Beneath, path: BytePath): BytePath {
  return bytePathFromBuffer(readlinkSync(beneath.place(path), { encoding: "buffer" }));
}

function deviceOf(beneath: Beneath, path: BytePath): Pick<ManifestEntry, "device"> {
  const device = lookAt(beneath, path)?.device;
  return device === undefined ? {} : { device };
}
