import { readlinkSync } from "node:fs";
import { StoreError, TransferError } from "../../errors/errors.ts";
import { type Beneath, withBeneath } from "../../path/beneath.ts";
import { type BytePath, bytePathFromBuffer, printable } from "../../path/byte-path.ts";
import { loadAddon } from "../../process/addon.ts";
import { readWalk, WalkError } from "../../tree/read-walk.ts";
import { digestAttributes } from "./attributes.ts";
import { entryOfStatus, type ManifestEntry } from "./entry.ts";
import { parseEntry, withEnd } from "./mtree.ts";
import { type SurveyedEntry, SurveyPiece } from "./survey-piece.ts";

export interface SurveyOptions {
  /** Nothing in the tree has ACLs or other extended attributes: they are not looked for. */
  isPlain?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * What a tree looks like: all its entries but their contents, sorted by path, the top first, in pieces, each of which is
 * empty when the next one is asked for. Does not leave the file system.
 * @throws TransferError when a part of it cannot be read.
 */
export async function* surveyPieces(
  tree: string,
  { isPlain = false, signal }: SurveyOptions,
): AsyncGenerator<SurveyPiece> {
  try {
    for await (const piece of readWalk(tree, (addon, top) => addon.openSurvey(top, isPlain), signal)) {
      yield new SurveyPiece(piece);
      loadAddon().freeMemory(piece);
    }
  } catch (error) {
    throw error instanceof WalkError ? new TransferError(`cannot list the files of ${tree}: ${error.message}`) : error;
  }
}

/** The same, with all that is seen of each entry. */
export async function* surveyTree(tree: string, signal?: AbortSignal): AsyncGenerator<SurveyedEntry[]> {
  for await (const piece of surveyPieces(tree, { signal })) {
    const entries: SurveyedEntry[] = [];
    while (piece.next()) {
      entries.push(piece.entry());
    }
    yield entries;
  }
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
