import { closeSync, constants, fstatSync } from "node:fs";
import { Beneath } from "../../path/beneath.ts";
import type { BytePath } from "../../path/byte-path.ts";
import { Breath } from "../breath.ts";
import { NumberTable } from "../number-table.ts";
import { type ManifestEntry, parseTime } from "./entry.ts";
import { hashDescriptor } from "./hash.ts";

/** So many files wait at most; what comes while they do is left to the manifest. */
const MOST_WAITING = 10_000;
/** A file that is not there when so many after it were told of will not come: it vanished, or could not be read. */
const PATIENCE = 2000;
/** How often, in files told of, it is looked whether the next one is there. */
const STRIDE = 32;
/** So many hashes are kept: 10 MB; the manifest makes the others. */
const MOST_KEPT = 100_000;

const RECORD_BYTES = 48;
const TIME_AT = 8;
const HASH_AT = 16;

/**
 * Hashes the files of a tree that is being made, as soon as each is there: its contents are still in memory then, and
 * need not be read from the disk again for the manifest. Every file must come under its name by a rename, when it is
 * whole; nothing else may write in the tree.
 */
export class HashAhead {
  private readonly beneath: Beneath;
  private readonly signal: AbortSignal;
  private readonly stopped = new AbortController();
  private readonly breath = new Breath();
  private waiting: BytePath[] = [];
  /** Of `waiting`, so many are done. */
  private done = 0;
  private told = 0;
  private work: Promise<void> | undefined;
  private readonly places = new NumberTable();
  private records: Buffer = Buffer.alloc(RECORD_BYTES * 1024);
  private kept = 0;

  constructor(tree: string, signal: AbortSignal) {
    this.beneath = new Beneath(tree);
    this.signal = AbortSignal.any([signal, this.stopped.signal]);
  }

  /** Tells of a regular file that is there, or will be soon. */
  expect(path: BytePath): void {
    this.told += 1;
    const waiting = this.waiting.length - this.done;
    if (waiting < MOST_WAITING && this.kept + waiting < MOST_KEPT) {
      this.waiting.push(path);
    }
    if (this.told % STRIDE === 0) {
      // It fails when it is stopped only.
      this.work ??= this.hashThose()
        .catch(() => undefined)
        .finally(() => {
          this.work = undefined;
        });
    }
  }

  /** When the tree is made: what still waits is left to the manifest. */
  async stop(): Promise<void> {
    this.stopped.abort(new Error("the tree is made"));
    await this.work;
    this.waiting = [];
    this.beneath.close();
  }

  /** The hash of a file that is still what it was. */
  hashOf({ inode, size, time }: ManifestEntry): string | undefined {
    const place = this.places.get(BigInt(inode));
    if (place === undefined) {
      return undefined;
    }
    const record = this.records.subarray(Number(place), Number(place) + RECORD_BYTES);
    const isSame = record.readBigUInt64LE() === BigInt(size) && record.readBigInt64LE(TIME_AT) === parseTime(time);
    return isSame ? record.toString("hex", HASH_AT) : undefined;
  }

  private async hashThose(): Promise<void> {
    for (let path = this.waiting[this.done]; path !== undefined; path = this.waiting[this.done]) {
      if (!(await this.hash(path)) && this.waiting.length - this.done < PATIENCE) {
        return;
      }
      this.done += 1;
      if (this.done === PATIENCE) {
        this.waiting = this.waiting.slice(this.done);
        this.done = 0;
      }
      await this.breath.take(this.signal);
    }
  }

  /** @returns whether it is there. A file that cannot be read is the manifest's to report. */
  private async hash(path: BytePath): Promise<boolean> {
    let fd: number;
    try {
      fd = this.beneath.open(path, constants.O_RDONLY);
    } catch {
      return false;
    }
    try {
      const { ino, size, mtimeNs } = fstatSync(fd, { bigint: true });
      const hashed = await hashDescriptor(fd, this.signal);
      if (BigInt(hashed.size) === size) {
        this.keep(ino, { size, mtimeNs, sha256: hashed.sha256 });
      }
    } catch {
      this.signal.throwIfAborted();
    } finally {
      closeSync(fd);
    }
    return true;
  }

  private keep(inode: bigint, { size, mtimeNs, sha256 }: { size: bigint; mtimeNs: bigint; sha256: string }): void {
    const place = this.kept * RECORD_BYTES;
    if (place === this.records.length) {
      this.records = Buffer.concat([this.records, Buffer.alloc(place)]);
    }
    this.records.writeBigUInt64LE(size, place);
    this.records.writeBigInt64LE(mtimeNs, place + TIME_AT);
    this.records.write(sha256, place + HASH_AT, "hex");
    this.places.set(inode, BigInt(place));
    this.kept += 1;
  }
}
