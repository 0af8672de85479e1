import { closeSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import { errnoOf } from "../errors/describe.ts";
import { loadAddon } from "./addon.ts";

/** How long nothing is read after something was there, and after there has long been nothing. */
const SHORTEST_MS = 20;
const LONGEST_MS = 160;

const PIECE_BYTES = 65_536;

/**
 * What a program writes, read now and then. For one that says a little very often: through a stream of Node.js it would
 * wake us each time, which costs both more than what they do.
 */
export class PolledPipe extends Readable {
  /** For the program; whoever starts it closes ours. */
  readonly writeEnd: number;
  private readonly readEnd: number;
  private timer: NodeJS.Timeout | undefined;
  private pauseMs = SHORTEST_MS;
  private isEnding = false;
  private isFull = false;

  constructor() {
    super({ highWaterMark: PIECE_BYTES });
    const { readEnd, writeEnd } = loadAddon().makePipe();
    this.readEnd = readEnd;
    this.writeEnd = writeEnd;
  }

  /** The program has ended: what it has left is read at once. */
  hurry(): void {
    this.isEnding = true;
    if (this.timer !== undefined) {
      clearTimeout(this.timer);
      this.wait();
    }
  }

  override _read(): void {
    if (this.timer === undefined) {
      this.wait();
    }
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.timer);
    closeSync(this.readEnd);
    callback(error);
  }

  private wait(): void {
    const ms = this.isFull || this.isEnding ? 0 : this.pauseMs;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.poll();
    }, ms);
  }

  private poll(): void {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let bytes: number;
    try {
      bytes = readSync(this.readEnd, piece);
    } catch (error) {
      if (errnoOf(error) !== "EAGAIN") {
        this.destroy(error as Error);
        return;
      }
      this.isFull = false;
      this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_MS);
      this.wait();
      return;
    }
    this.isFull = bytes === PIECE_BYTES;
    this.pauseMs = SHORTEST_MS;
    this.push(bytes === 0 ? null : piece.subarray(0, bytes));
  }
}
