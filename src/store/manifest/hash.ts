import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, readSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import type { Beneath } from "../../path/beneath.ts";
import type { BytePath } from "../../path/byte-path.ts";

const PIECE_BYTES = 1024 * 1024;
/** So many bytes are hashed in one go before signals are looked at. */
const BREATH_BYTES = 64 * PIECE_BYTES;

const piece = Buffer.allocUnsafe(PIECE_BYTES);

export interface HashedFile {
  sha256: string;
  /** Bytes that were read. */
  size: number;
}

/**
 * Reads a regular file of a tree from its beginning to its end. In this thread: node's SHA-256 is faster than any disk
 * that backups are kept on (1.7 GB/s, five times as fast as sha256sum), and a small file costs 20 microseconds.
 * @throws the system's error (EIO from a failing disk); ENOENT also when the path is no regular file any more.
 */
export async function hashFile(tree: Beneath, path: BytePath, signal?: AbortSignal): Promise<HashedFile> {
  const fd = tree.open(path, constants.O_RDONLY);
  try {
    if (!fstatSync(fd).isFile()) {
      throw Object.assign(new Error("it is no regular file"), { code: "ENOENT" });
    }
    return await hashDescriptor(fd, signal);
  } finally {
    closeSync(fd);
  }
}

/** The same for an open file, from its beginning. */
export async function hashDescriptor(fd: number, signal?: AbortSignal): Promise<HashedFile> {
  const hash = createHash("sha256");
  let [size, sinceBreath] = [0, 0];
  for (;;) {
    const count = readSync(fd, piece, 0, PIECE_BYTES, size);
    if (count === 0) {
      return { sha256: hash.digest("hex"), size };
    }
    hash.update(piece.subarray(0, count));
    size += count;
    sinceBreath += count;
    if (sinceBreath >= BREATH_BYTES) {
      sinceBreath = 0;
      await breathe();
      signal?.throwIfAborted();
    }
  }
}
