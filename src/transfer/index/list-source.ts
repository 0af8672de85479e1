import { closeSync, writeSync } from "node:fs";
import { createOwnFile } from "../../path/own-file.ts";
import type { Addon } from "../../process/addon.ts";
import { readWalk, WalkError } from "../../tree/read-walk.ts";
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
  /** Gets each piece, too; the listing waits for it. */
  meanwhile?: ((piece: Buffer) => Promise<void>) | undefined;
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
  const { source, excludedRoots, now, mark, saveTo, meanwhile, signal } = options;
  const file = saveTo === undefined ? undefined : createOwnFile(saveTo);
  const since = BigInt(Math.floor((now - GRAIN_SECONDS) * MS_PER_SECOND)) * NS_PER_MS;
  const pruned = Buffer.from(pruneExpression(source, excludedRoots));
  const begin = (addon: Addon, top: number) => addon.openListing(top, pruned, since, Buffer.from(`${RACY}${mark}`));
  try {
    for await (const piece of readWalk(source, begin, signal)) {
      if (file !== undefined) {
        writeWhole(file, piece);
      }
      await meanwhile?.(piece);
      yield piece;
    }
  } catch (error) {
    if (error instanceof WalkError || signal?.aborted) {
      throw new ListingError(`cannot list it: ${error instanceof Error ? error.message : "stopped"}`, { cause: error });
    }
    throw error;
  } finally {
    if (file !== undefined) {
      closeSync(file);
    }
  }
}

const MS_PER_SECOND = 1000;
const NS_PER_MS = 1_000_000n;

function writeWhole(file: number, chunk: Buffer): void {
  for (let written = 0; written < chunk.length; ) {
    written += writeSync(file, chunk, written);
  }
}
