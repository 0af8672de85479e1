const END_OF_RECORD = 0;

/** Reads a stream of NUL-terminated records, and holds one piece of it at a time. Their characters stand for bytes. */
export class RecordCursor {
  private buffer: Buffer = Buffer.alloc(0);
  private position = 0;
  /** Behind the last whole record of the buffer. */
  private limit = 0;
  private ended = false;
  private readonly chunks: AsyncIterator<Buffer>;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** Reads on when the piece is used up. @returns whether there is a record. */
  fill(): boolean | Promise<boolean> {
    return this.position < this.limit || (this.ended ? false : this.refill());
  }

  /** The record at hand, which `fill` has promised. */
  get line(): string {
    return this.buffer.toString("latin1", this.position, this.lineEnd());
  }

  advance(): void {
    this.position = this.lineEnd() + 1;
  }

  /** Leaves out the records that are the same, byte by byte, on both sides, as far as both pieces reach. */
  static skipEqual(a: RecordCursor, b: RecordCursor): void {
    const length = Math.min(a.limit - a.position, b.limit - b.position);
    const same = a.isEqual(b, 0, length) ? length : firstDifference(a, b, length);
    const end = a.buffer.lastIndexOf(END_OF_RECORD, a.position + same - 1);
    const whole = same === 0 || end < a.position ? 0 : end + 1 - a.position;
    a.position += whole;
    b.position += whole;
  }

  /** Ends the stream early. */
  async close(): Promise<void> {
    this.ended = true;
    this.position = this.limit;
    await this.chunks.return?.();
  }

  isEqual(other: RecordCursor, from: number, to: number): boolean {
    const [here, there] = [this.position, other.position];
    return this.buffer.compare(other.buffer, there + from, there + to, here + from, here + to) === 0;
  }

  private lineEnd(): number {
    return this.buffer.indexOf(END_OF_RECORD, this.position);
  }

  private async refill(): Promise<boolean> {
    while (this.position >= this.limit && !this.ended) {
      const next = await this.chunks.next();
      if (next.done) {
        this.ended = true;
        break;
      }
      const rest = this.buffer.subarray(this.position);
      this.buffer = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
      this.position = 0;
      this.limit = this.buffer.lastIndexOf(END_OF_RECORD) + 1;
    }
    return this.position < this.limit;
  }
}

/** How many bytes agree; halves what it compares. */
function firstDifference(a: RecordCursor, b: RecordCursor, length: number): number {
  let [same, different] = [0, length];
  while (different - same > 1) {
    const middle = (same + different) >>> 1;
    if (a.isEqual(b, same, middle)) {
      same = middle;
    } else {
      different = middle;
    }
  }
  return same;
}
