import { closeSync, openSync } from "node:fs";
import type { BytePath } from "../path/byte-path.ts";
import { FOLDER_ITSELF } from "../path/open-folder.ts";
import { FACTS_BYTES } from "./facts.ts";

/** A file's facts, and the SHA-256 of its contents. */
export const HASHED_BYTES = FACTS_BYTES + 32;
export const HASH_AT = FACTS_BYTES;

/** What file-work.c says of a file. */
const HASHED_AT = 8;
const RECORD_BYTES = HASHED_AT + HASHED_BYTES;

const DONE = 1n;
const ABSENT = 2n;
const DONE_WITH_ATTRIBUTES = 4n;

export interface FileOutcome {
  isThere: boolean;
  /** Its facts and its hash, unless the work failed, or the file changed meanwhile. */
  done: Buffer | undefined;
  /** Whether it has extended attributes or an ACL, if the work looks for them. */
  hasAttributes: boolean;
}

/** Work of the addon on the files of one tree or more, on other threads, until the signal: what is left is not there. */
export class FileWork {
  private readonly tops: readonly number[];
  private readonly begin: (tops: readonly number[], paths: Uint8Array, stop: Uint8Array) => Promise<Buffer>;
  private readonly stopFlag = new Uint8Array(1);
  private readonly signal: AbortSignal | undefined;

  constructor(trees: readonly string[], begin: FileWork["begin"], signal: AbortSignal | undefined) {
    this.tops = trees.map((tree) => openSync(`${tree}/.`, FOLDER_ITSELF));
    this.begin = begin;
    this.signal = signal;
    signal?.addEventListener("abort", this.stop, { once: true });
    if (signal?.aborted) {
      this.stop();
    }
  }

  /** Follows no link. To be called again before it has answered, for another thread. */
  async do(paths: readonly BytePath[]): Promise<FileOutcome[]> {
    if (paths.length === 0) {
      return [];
    }
    const list = Buffer.from(paths.map((path) => `${path}\0`).join(""), "latin1");
    const records = await this.begin(this.tops, list, this.stopFlag);
    return paths.map((_, index) => outcomeAt(records, index * RECORD_BYTES));
  }

  /** When nothing is being done. */
  close(): void {
    this.signal?.removeEventListener("abort", this.stop);
    for (const top of this.tops) {
      closeSync(top);
    }
  }

  private readonly stop = (): void => {
    this.stopFlag.fill(1);
  };
}

function outcomeAt(records: Buffer, start: number): FileOutcome {
  const outcome = records.readBigUInt64LE(start);
  const hasAttributes = outcome === DONE_WITH_ATTRIBUTES;
  if (outcome !== DONE && !hasAttributes) {
    return { isThere: outcome !== ABSENT, done: undefined, hasAttributes };
  }
  return { isThere: true, done: records.subarray(start + HASHED_AT, start + RECORD_BYTES), hasAttributes };
}
