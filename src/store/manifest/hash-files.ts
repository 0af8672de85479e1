import type { BytePath } from "../../path/byte-path.ts";
import { loadAddon } from "../../process/addon.ts";

/** What hash-files.c says of a file. */
const RECORD_BYTES = 64;
const INODE_AT = 8;
const FACTS_AT = 16;
/** A file's size and the time of its contents (8 bytes each, as `factsOf` writes them), and its SHA-256 (32 bytes). */
export const FACTS_BYTES = RECORD_BYTES - FACTS_AT;
export const HASH_AT = 16;

const HASHED = 1n;
const ABSENT = 2n;

export interface HashedFile {
  /** Whether it is there; what cannot be read, is no regular file or changes meanwhile has no hash. */
  isThere: boolean;
  hashed: { inode: bigint; facts: Buffer } | undefined;
}

/**
 * Reads regular files of a tree, whose top is open, on another thread. Follows no link.
 * @param stop its first byte is set when no more is to be read: what is left counts as not there.
 */
export async function hashFiles(top: number, paths: readonly BytePath[], stop: Uint8Array): Promise<HashedFile[]> {
  if (paths.length === 0) {
    return [];
  }
  const list = Buffer.from(paths.map((path) => `${path}\0`).join(""), "latin1");
  const records = await loadAddon().hashFiles(top, list, stop);
  return paths.map((_, index) => parse(records.subarray(index * RECORD_BYTES, (index + 1) * RECORD_BYTES)));
}

function parse(record: Buffer): HashedFile {
  const outcome = record.readBigUInt64LE();
  const hashed = { inode: record.readBigUInt64LE(INODE_AT), facts: record.subarray(FACTS_AT) };
  return { isThere: outcome !== ABSENT, hashed: outcome === HASHED ? hashed : undefined };
}

/** Size in bytes and time in ns since 1970, as they are in front of the hash. */
export function factsOf(size: bigint, time: bigint): Buffer {
  const facts = Buffer.alloc(HASH_AT);
  facts.writeBigUInt64LE(size);
  facts.writeBigInt64LE(time, 8);
  return facts;
}
