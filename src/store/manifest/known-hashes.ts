import { closeSync, readSync, rmSync, writeSync } from "node:fs";
import { createOwnFile } from "../../path/own-file.ts";
import { inodeOf, isSameFacts } from "../../tree/facts.ts";
import { HASH_AT, HASHED_BYTES } from "../../tree/file-work.ts";
import { inStore, METADATA, PARTS, type Store } from "../layout.ts";
import { InodeTable } from "./inode-table.ts";

/** So many records are written, and read, together: files of one folder are hashed one after the other. */
const TOGETHER = 64;

/**
 * Hashes of files that were read, or written, while their tree was being made. They lie in a file without a name on the
 * backup disk, as those of a million files would take too much memory.
 */
export class KnownHashes {
  private readonly fd: number;
  private readonly table = new InodeTable();
  private count = 0;
  /** What is not written yet. */
  private readonly unwritten = Buffer.alloc(HASHED_BYTES * TOGETHER);
  /** What was read last, and where it begins in the file. */
  private readonly read = Buffer.alloc(HASHED_BYTES * TOGETHER);
  private readAt: number | undefined;
  private isBroken = false;

  /** @throws the system's error when there can be no such file. */
  constructor(store: Store) {
    const path = inStore(store, METADATA, PARTS.building, "hashes");
    this.fd = createOwnFile(path);
    rmSync(path);
  }

  /** Where the disk does not take it, it is left to the manifest, with all that follow. */
  keep(hashed: Buffer): void {
    if (this.isBroken) {
      return;
    }
    hashed.copy(this.unwritten, startOf(this.count));
    this.table.add(lowBits(hashed, 0), this.count);
    this.count += 1;
    if (this.count % TOGETHER === 0) {
      this.write();
    }
  }

  /** The hash of a file that is still what it was, by its facts. */
  hashOf(facts: Buffer, at = 0): string | undefined {
    const inode = inodeOf(facts, at);
    const isOf = (number: number) => {
      const records = this.recordAt(number);
      return records !== undefined && inodeOf(records, startOf(number)) === inode;
    };
    const number = this.table.find(lowBits(facts, at), isOf);
    const records = number === undefined ? undefined : this.recordAt(number);
    if (number === undefined || records === undefined || !isSameFacts(records, startOf(number), facts, at)) {
      return undefined;
    }
    return records.toString("hex", startOf(number) + HASH_AT, startOf(number) + HASHED_BYTES);
  }

  close(): void {
    closeSync(this.fd);
  }

  private write(): void {
    const at = (this.count - TOGETHER) * HASHED_BYTES;
    this.isBroken = !isDone(
      () => writeSync(this.fd, this.unwritten, 0, this.unwritten.length, at),
      this.unwritten.length,
    );
  }

  /** The records among which the one with that number is. */
  private recordAt(number: number): Buffer | undefined {
    const first = number - (number % TOGETHER);
    if (this.isBroken) {
      return undefined;
    }
    if (first + TOGETHER > this.count) {
      return this.unwritten;
    }
    if (this.readAt !== first) {
      const isRead = isDone(
        () => readSync(this.fd, this.read, 0, this.read.length, first * HASHED_BYTES),
        this.read.length,
      );
      this.readAt = isRead ? first : undefined;
    }
    return this.readAt === undefined ? undefined : this.read;
  }
}

function startOf(number: number): number {
  return (number % TOGETHER) * HASHED_BYTES;
}

/** Of the inode. */
function lowBits(facts: Buffer, at: number): number {
  return facts.readUInt32LE(at);
}

function isDone(call: () => number, bytes: number): boolean {
  try {
    return call() === bytes;
  } catch {
    return false;
  }
}
