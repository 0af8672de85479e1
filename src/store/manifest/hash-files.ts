import { closeSync, openSync } from "node:fs";
import type { BytePath } from "../../path/byte-path.ts";
import { FOLDER_ITSELF } from "../../path/open-folder.ts";
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

export interface HashOutcome {
  /** Whether it is there; what cannot be read, is no regular file or changes meanwhile has no hash. */
  isThere: boolean;
  hashed: { inode: bigint; facts: Buffer } | undefined;
}

/** A tree whose regular files are read on other threads, until the signal: what is left then counts as not there. */
export class FilesToHash {
  private readonly top: number;
  private readonly stopFlag = new Uint8Array(1);
  private readonly signal: AbortSignal | undefined;

  constructor(tree: string, signal: AbortSignal | undefined) {
    this.top = openSync(`${tree}/.`, FOLDER_ITSELF);
    this.signal = signal;
    signal?.addEventListener("abort", this.stop, { once: true });
  }

  /** Follows no link. To be called again before it has answered, for another thread. */
  async hash(paths: readonly BytePath[]): Promise<HashOutcome[]> {
    if (paths.length === 0) {
      return [];
    }
    const list = Buffer.from(paths.map((path) => `${path}\0`).join(""), "latin1");
    const records = await loadAddon().hashFiles(this.top, list, this.stopFlag);
    return paths.map((_, index) => parse(records.subarray(index * RECORD_BYTES, (index + 1) * RECORD_BYTES)));
  }

  /** When nothing is being hashed. */
  close(): void {
    this.signal?.removeEventListener("abort", this.stop);
    closeSync(this.top);
  }

  private readonly stop = (): void => {
    this.stopFlag.fill(1);
  };
}

function parse(record: Buffer): HashOutcome {
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
