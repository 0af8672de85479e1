import { closeSync, constants, createReadStream, fstatSync, openSync } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { errnoOf } from "../../errors/describe.ts";
import { StoreError } from "../../errors/errors.ts";
import type { Store } from "../layout.ts";
import type { ManifestEntry } from "./entry.ts";
import { type ManifestSeal, manifestPath } from "./file.ts";
import { hashDescriptor } from "./hash.ts";
import { parseEntry } from "./mtree.ts";

/** The manifest is not the one that the snapshot's record vouches for. */
export class ManifestDamagedError extends StoreError {}

/** The lines of a snapshot's manifest, in pieces. @throws ManifestDamagedError */
export async function* readLines(
  store: Store,
  name: string,
  seal: ManifestSeal,
  signal?: AbortSignal,
): AsyncGenerator<string[]> {
  for await (const text of readText(store, name, seal, signal)) {
    const lines = text.toString("latin1").split("\n");
    if (lines.at(-1) === "") {
      lines.pop();
    }
    yield lines;
  }
}

/**
 * The lines of a snapshot's manifest as they are, some of them at a time, after the whole file was found to be the one
 * of the seal.
 * @throws ManifestDamagedError
 */
export async function* readText(
  store: Store,
  name: string,
  seal: ManifestSeal,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const fd = openManifest(store, name);
  try {
    const { sha256 } = await hashDescriptor(fd, signal);
    if (sha256 !== seal.sha256) {
      throw new ManifestDamagedError(`the manifest of ${name} was changed: its digest is not the one in the record`);
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  yield* wholeLines(unpack(fd, signal));
}

/** Without the comments at the beginning. */
async function* wholeLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let isBeginning = true;
  for await (const chunk of chunks) {
    const text: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = text.lastIndexOf("\n") + 1;
    rest = text.subarray(end);
    let start = 0;
    while (isBeginning && start < end && text[start] === COMMENT) {
      start = text.indexOf("\n", start) + 1;
    }
    if (start < end) {
      isBeginning = false;
      yield text.subarray(start, end);
    }
  }
  if (rest.length > 0) {
    yield rest;
  }
}

const COMMENT = "#".charCodeAt(0);

/** Each step of the unpacking costs as much as some thousand bytes. */
const CHUNK_BYTES = 262_144;

/**
 * Takes the descriptor over, and has closed it when this has ended, however it ends; not before its last read is done:
 * the number may be another file's then.
 */
async function* unpack(fd: number, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const file = createReadStream("", { fd, start: 0, highWaterMark: CHUNK_BYTES });
  const text = createGunzip({ chunkSize: CHUNK_BYTES });
  const closed = new Promise<void>((resolve) => file.once("close", () => resolve()));
  // An error of either ends both, and comes out of the loop.
  pipeline(file, text, () => undefined);
  try {
    for await (const chunk of text as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      yield chunk;
    }
  } finally {
    file.destroy();
    await closed;
  }
}

/** The entries of a manifest. @throws ManifestDamagedError */
export async function* readManifest(
  store: Store,
  name: string,
  seal: ManifestSeal,
  signal?: AbortSignal,
): AsyncGenerator<ManifestEntry[]> {
  for await (const lines of readLines(store, name, seal, signal)) {
    yield lines.map((line) => {
      const entry = parseEntry(line);
      if (entry === undefined) {
        throw new ManifestDamagedError(`the manifest of ${name} has a line that cannot be read`);
      }
      return entry;
    });
  }
}

/** Never a planted link, and no pipe that would make us wait. */
function openManifest(store: Store, name: string): number {
  try {
    const fd = openSync(manifestPath(store, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(fd).isFile()) {
      return fd;
    }
    closeSync(fd);
  } catch (error) {
    throw new ManifestDamagedError(`the manifest of ${name} cannot be read: ${errnoOf(error)}`, { cause: error });
  }
  throw new ManifestDamagedError(`the manifest of ${name} is no file`);
}
