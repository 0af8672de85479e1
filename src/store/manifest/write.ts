import { createHash, type Hash } from "node:crypto";
import { closeSync, fsyncSync, renameSync, rmSync, writeSync } from "node:fs";
import { createGzip, type Gzip } from "node:zlib";
import { errnoOf } from "../../errors/describe.ts";
import { StoreError } from "../../errors/errors.ts";
import { createOwnFile } from "../../path/own-file.ts";
import { inStore, METADATA, type Store, syncFolder } from "../layout.ts";
import { type ManifestSeal, manifestPath, temporaryManifestPath } from "./file.ts";
import { HEADER } from "./mtree.ts";

/** So much is handed to the compressor at a time. */
const PIECE_BYTES = 262_144;

/**
 * Writes a manifest so that it is there whole or not at all; close it with `finish` or `discard`.
 * Lines must come sorted by path.
 */
export class ManifestWriter {
  private closed = false;
  private text = HEADER;
  /** Before `text`. */
  private pieces: Buffer[] = [];
  private waiting = 0;
  private readonly gzip: Gzip = createGzip({ level: 1, chunkSize: PIECE_BYTES });
  private readonly hash: Hash = createHash("sha256");
  private readonly done: Promise<void>;
  private readonly fd: number;
  private readonly store: Store;
  private readonly name: string;

  constructor(store: Store, name: string) {
    this.store = store;
    this.name = name;
    this.fd = createOwnFile(temporaryManifestPath(store, name));
    this.done = this.drain();
    this.done.catch(() => undefined);
  }

  /** A line with its line end. Wait for what it returns, if anything: the compressor is busy. */
  add(line: string): Promise<void> | undefined {
    this.text += line;
    return this.waiting + this.text.length < PIECE_BYTES ? undefined : this.flush();
  }

  /** Whole lines. Wait for what it returns, if anything. */
  addText(lines: Buffer): Promise<void> | undefined {
    this.takeText();
    this.pieces.push(lines);
    this.waiting += lines.length;
    return this.waiting < PIECE_BYTES ? undefined : this.flush();
  }

  /** @param entries how many there are. @throws StoreError when the disk does not take it. */
  async finish(ofMirror: boolean, entries: number): Promise<ManifestSeal> {
    try {
      await this.flush();
      this.gzip.end();
      await this.done;
      fsyncSync(this.fd);
      renameSync(temporaryManifestPath(this.store, this.name), manifestPath(this.store, this.name));
      syncFolder(inStore(this.store, METADATA));
    } catch (error) {
      throw new StoreError(`cannot write the manifest of ${this.name}: ${errnoOf(error)}`, {
        hint: "is the backup disk full, or mounted read-only?",
        cause: error,
      });
    } finally {
      this.discard();
    }
    return { sha256: this.hash.digest("hex"), entries, ofMirror };
  }

  /** Also after `finish`: does nothing then. */
  discard(): void {
    if (!this.closed) {
      this.closed = true;
      this.gzip.destroy();
      closeSync(this.fd);
      rmSync(temporaryManifestPath(this.store, this.name), { force: true });
    }
  }

  private takeText(): void {
    if (this.text !== "") {
      this.pieces.push(Buffer.from(this.text, "latin1"));
      this.waiting += this.text.length;
      this.text = "";
    }
  }

  private async flush(): Promise<void> {
    this.takeText();
    const [first = Buffer.alloc(0)] = this.pieces;
    const text = this.pieces.length === 1 ? first : Buffer.concat(this.pieces);
    this.pieces = [];
    this.waiting = 0;
    if (!this.gzip.write(text)) {
      await Promise.race([new Promise<void>((resolve) => this.gzip.once("drain", resolve)), this.done]);
    }
  }

  private async drain(): Promise<void> {
    for await (const chunk of this.gzip as AsyncIterable<Buffer>) {
      this.hash.update(chunk);
      for (let rest = chunk; rest.length > 0; ) {
        rest = rest.subarray(writeSync(this.fd, rest));
      }
    }
  }
}
