import { readlinkSync } from "node:fs";
import { StoreError, TransferError } from "../../errors/errors.ts";
import { type Beneath, withBeneath } from "../../path/beneath.ts";
import { type BytePath, bytePathFromBuffer, bytePathFromLatin1, printable } from "../../path/byte-path.ts";
import { readWalk, WalkError } from "../../tree/read-walk.ts";
import { digestAttributes, digestRecords } from "./attributes.ts";
import { entryOfStatus, type ManifestEntry } from "./entry.ts";
import { isEntryType, parseEntry, withEnd } from "./mtree.ts";

/** What is seen of an entry without its contents. */
export interface SurveyedEntry extends Pick<ManifestEntry, "path" | "type" | "inode" | "size" | "time" | "xattrs"> {
  /** Its line in a manifest, up to where a hash goes. */
  head: string;
}

/** As survey-tree.c writes them for an entry, before its attributes. */
const RECORDS = 3;

/**
 * What a tree looks like: all its entries but their contents, sorted by path, the top first, in pieces. Does not leave
 * the file system.
 * @throws TransferError when a part of it cannot be read.
 */
export async function* surveyTree(tree: string, signal?: AbortSignal): AsyncGenerator<SurveyedEntry[]> {
  try {
    for await (const piece of readWalk(tree, (addon, top) => addon.openSurvey(top), signal)) {
      yield parsePiece(piece);
    }
  } catch (error) {
    throw error instanceof WalkError ? new TransferError(`cannot list the files of ${tree}: ${error.message}`) : error;
  }
}

function parsePiece(piece: Buffer): SurveyedEntry[] {
  const records = piece.toString("latin1").split("\0");
  const entries: SurveyedEntry[] = [];
  for (let at = 0; at + RECORDS < records.length; ) {
    const [type = "", inode = "", size = "", time = "", attributes = ""] = records[at + 1]?.split(" ") ?? [];
    const entry: SurveyedEntry = {
      path: bytePathFromLatin1(records[at] ?? ""),
      type: isEntryType(type) ? type : "file",
      inode,
      size: Number(size),
      time,
      head: records[at + 2] ?? "",
    };
    at += RECORDS;
    if (attributes !== "0") {
      const end = at + Number(attributes);
      const xattrs = digestRecords(records.slice(at, end));
      if (xattrs !== undefined) {
        entry.xattrs = xattrs;
      }
      at = end;
    }
    entries.push(entry);
  }
  return entries;
}

/** Its line in a manifest, with the line end. */
export function lineOf({ head, inode, xattrs }: SurveyedEntry, sha256?: string): string {
  return withEnd(head, { inode, xattrs, sha256 });
}

/** As a manifest tells it, without a hash. */
export function entryOf(surveyed: SurveyedEntry): ManifestEntry {
  const entry = parseEntry(lineOf(surveyed).trimEnd());
  if (entry === undefined) {
    throw new StoreError(`what is seen of "${printable(surveyed.path)}" cannot be written into a manifest`);
  }
  return entry;
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
