import { closeSync, readSync, rmSync, writeSync } from "node:fs";
import { createOwnFile } from "../../path/own-file.ts";
import { FACTS_BYTES, type FileFacts, HASH_AT, TIME_AT } from "../../tree/file-work.ts";
import { inStore, METADATA, PARTS, type Store } from "../layout.ts";
import { type ManifestEntry, parseTime } from "./entry.ts";
import { InodeTable } from "./inode-table.ts";

/** The inode, and what `FileFacts` has behind it. */
const FACTS_AT = 8;
const RECORD_BYTES = FACTS_AT + FACTS_BYTES;

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
  private readonly unwritten = Buffer.alloc(RECORD_BYTES * TOGETHER);
  /** What was read last, and where it begins in the file. */
  private readonly read = Buffer.alloc(RECORD_BYTES * TOGETHER);
  private readAt: number | undefined;
  private isBroken = false;

  /** @throws the system's error when there can be no such file. */
  constructor(store: Store) {
    const path = inStore(store, METADATA, PARTS.building, "hashes");
    this.fd = createOwnFile(path);
    rmSync(path);
  }

  /** Where the disk does not take it, it is left to the manifest, with all that follow. */
  keep({ inode, facts }: FileFacts): void {
    if (this.isBroken) {
      return;
    }
    const start = (this.count % TOGETHER) * RECORD_BYTES;
    this.unwritten.writeBigUInt64LE(inode, start);
    facts.copy(this.unwritten, start + FACTS_AT);
    this.table.add(inode, this.count);
    this.count += 1;
    if (this.count % TOGETHER === 0) {
      this.write();
    }
  }

  /** The hash of a file that is still what it was. */
  hashOf({ inode, size, time }: Pick<ManifestEntry, "inode" | "size" | "time">): string | undefined {
    const wanted = BigInt(inode);
    const isOf = (number: number) => this.recordAt(number)?.readBigUInt64LE(startOf(number)) === wanted;
    const number = this.table.find(wanted, isOf);
    const records = number === undefined ? undefined : this.recordAt(number);
    if (number === undefined || records === undefined) {
      return undefined;
    }
    const facts = startOf(number) + FACTS_AT;
    const isSame =
      records.readBigUInt64LE(facts) === BigInt(size) && records.readBigInt64LE(facts + TIME_AT) === parseTime(time);
    return isSame ? records.toString("hex", facts + HASH_AT, facts + FACTS_BYTES) : undefined;
  }

  close(): void {
    closeSync(this.fd);
  }

  private write(): void {
    const at = (this.count - TOGETHER) * RECORD_BYTES;
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
        () => readSync(this.fd, this.read, 0, this.read.length, first * RECORD_BYTES),
        this.read.length,
      );
      this.readAt = isRead ? first : undefined;
    }
    return this.readAt === undefined ? undefined : this.read;
  }
}

function startOf(number: number): number {
  return (number % TOGETHER) * RECORD_BYTES;
}

function isDone(call: () => number, bytes: number): boolean {
  try {
    return call() === bytes;
  } catch {
    return false;
  }
}
