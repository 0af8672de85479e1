import { closeSync, writeSync } from "node:fs";
import { createOwnFile } from "../../path/own-file.ts";
import { describeEnd, startCommand } from "../../process/command.ts";
import { pruneExpression } from "./pruned.ts";
import { RACY, RECORD_FORMAT } from "./record.ts";

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
 * Lists a source: one record for each entry and the folder itself, in find's own order, as pieces of a stream. A record
 * whose inode changed just before, or in what the clock calls the future, begins with `RACY`, the mark and a blank. Stays
 * on the file system of the source.
 * @throws ListingError when find met anything that it could not read, and at an abort.
 */
export async function* listSource(options: ListOptions): AsyncGenerator<Buffer> {
  const { source, excludedRoots, now, mark, saveTo, signal } = options;
  const racy = ["(", "-newerct", `@${now - GRAIN_SECONDS}`, "-printf", `${RACY}${mark} `, "-o", "-true", ")"];
  const expression = [...pruneExpression(source, excludedRoots), ...racy, "-printf", RECORD_FORMAT];
  const running = await startCommand("find", [".", "-xdev", "-ignore_readdir_race", ...expression], {
    cwd: source,
    signal,
  });
  const complaints: Buffer[] = [];
  running.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  const file = saveTo === undefined ? undefined : createOwnFile(saveTo);
  try {
    for await (const chunk of running.stdout as AsyncIterable<Buffer>) {
      if (file !== undefined) {
        writeWhole(file, chunk);
      }
      yield chunk;
    }
  } finally {
    if (file !== undefined) {
      closeSync(file);
    }
  }
  const end = await running.ended;
  const said = Buffer.concat(complaints).toString("latin1").trim().split("\n")[0];
  if (end.exitCode !== 0 || said !== "") {
    throw new ListingError(said || `find ended with ${describeEnd(end)}`);
  }
}

function writeWhole(file: number, chunk: Buffer): void {
  for (let written = 0; written < chunk.length; ) {
    written += writeSync(file, chunk, written);
  }
}
