import { closeSync, constants, openSync, writeSync } from "node:fs";
import { errnoOf } from "../../errors/describe.ts";
import { createOwnFile } from "../../path/own-file.ts";
import { type Addon, loadAddon, type TreeListing } from "../../process/addon.ts";
import { pruneExpression } from "./pruned.ts";
import { RACY } from "./record.ts";

/** The coarsest clock of the file systems whose inode times are relied on is ext4's with small inodes: one second. */
const GRAIN_SECONDS = 2;

export interface ListOptions {
  /** Absolute path of the folder to list. */
  source: string;
  excludedRoots: readonly string[];
  /** When the listing begins, in seconds since 1970. */
  now: number;
  /** Another word for each listing, so that no racy record is ever equal to one of another listing. */
  mark: string;
  /** Also write the listing to this file. */
  saveTo?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** The source could not be listed as a whole, so nothing may be concluded from what is missing in the list. */
export class ListingError extends Error {}

/**
 * Lists a source: one record for each entry and the folder itself, in the same order every time, as pieces of a stream. A
 * record whose inode changed just before, or in what the clock calls the future, begins with `RACY`, the mark and a blank.
 * Stays on the file system of the source.
 * @throws ListingError when anything cannot be read, and at an abort.
 */
export async function* listSource(options: ListOptions): AsyncGenerator<Buffer> {
  const { source, excludedRoots, now, mark, saveTo, signal } = options;
  const top = openSource(source);
  const file = saveTo === undefined ? undefined : createOwnFile(saveTo);
  const addon = loadAddon();
  const since = BigInt(Math.floor((now - GRAIN_SECONDS) * MS_PER_SECOND)) * NS_PER_MS;
  const pruned = Buffer.from(pruneExpression(source, excludedRoots));
  const listing = addon.openListing(top, pruned, since, Buffer.from(`${RACY}${mark}`));
  // The next pieces are made while this one is being used.
  const ahead = Array.from({ length: PIECES_AHEAD }, () => readPiece(addon, listing));
  try {
    for (let piece = await ahead.shift(); piece; piece = await ahead.shift()) {
      ahead.push(readPiece(addon, listing));
      if (signal?.aborted) {
        throw new ListingError("it was stopped");
      }
      if (file !== undefined) {
        writeWhole(file, piece);
      }
      yield piece;
    }
  } finally {
    await Promise.allSettled(ahead);
    addon.closeListing(listing);
    closeSync(top);
    if (file !== undefined) {
      closeSync(file);
    }
  }
}

/** As many as there are threads to be kept busy, and one that is done. */
const PIECES_AHEAD = 3;

/** Nobody may be waiting yet when it fails. */
function readPiece(addon: Addon, listing: TreeListing): Promise<Buffer | null> {
  const piece = addon.readListing(listing).catch((error: Error) => {
    throw new ListingError(`cannot list it: ${error.message}`, { cause: error });
  });
  piece.catch(() => undefined);
  return piece;
}

const MS_PER_SECOND = 1000;
const NS_PER_MS = 1_000_000n;

function openSource(source: string): number {
  try {
    return openSync(`${source}/.`, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw new ListingError(`it cannot be opened: ${errnoOf(error)}`, { cause: error });
  }
}

function writeWhole(file: number, chunk: Buffer): void {
  for (let written = 0; written < chunk.length; ) {
    written += writeSync(file, chunk, written);
  }
}
