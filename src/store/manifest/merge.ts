import type { BytePath } from "../../path/byte-path.ts";

/** One path of two lists: what each of them has there. */
export interface Pair<Left, Right> {
  path: BytePath;
  left: Left | undefined;
  right: Right | undefined;
}

interface List<Item> {
  pieces: AsyncIterable<readonly Item[]>;
  pathOf: (item: Item) => BytePath;
}

/** Walks through two lists that are sorted by path, side by side. @throws RangeError when one is not sorted. */
export async function* mergeByPath<Left, Right>(
  left: List<Left>,
  right: List<Right>,
): AsyncGenerator<Pair<Left, Right>[]> {
  const [a, b] = [new Cursor(left), new Cursor(right)];
  try {
    await Promise.all([a.refill(), b.refill()]);
    while (a.path !== undefined || b.path !== undefined) {
      const pairs: Pair<Left, Right>[] = [];
      while (!a.needsMore && !b.needsMore && (a.path !== undefined || b.path !== undefined)) {
        const path = a.path === undefined || (b.path !== undefined && b.path < a.path) ? b.path : a.path;
        if (path !== undefined) {
          pairs.push({ path, left: a.takeAt(path), right: b.takeAt(path) });
        }
      }
      yield pairs;
      await Promise.all([a.refill(), b.refill()]);
    }
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

class Cursor<Item> {
  /** Of the next item; undefined at the end. */
  path: BytePath | undefined;
  needsMore = true;
  private items: readonly Item[] = [];
  private index = 0;
  private readonly pieces: AsyncIterator<readonly Item[]>;
  private readonly pathOf: (item: Item) => BytePath;

  constructor({ pieces, pathOf }: List<Item>) {
    this.pieces = pieces[Symbol.asyncIterator]();
    this.pathOf = pathOf;
  }

  takeAt(path: BytePath): Item | undefined {
    if (this.path !== path) {
      return undefined;
    }
    const item = this.items[this.index];
    this.index += 1;
    this.look(path);
    return item;
  }

  async refill(): Promise<void> {
    while (this.needsMore) {
      const next = await this.pieces.next();
      if (next.done) {
        this.needsMore = false;
        this.path = undefined;
        return;
      }
      const before = this.path;
      this.items = next.value;
      this.index = 0;
      this.look(before);
    }
  }

  async close(): Promise<void> {
    await this.pieces.return?.();
  }

  /** Keeps the last path at the end of a piece, to compare the next one with. */
  private look(before: BytePath | undefined): void {
    const item = this.items[this.index];
    this.needsMore = item === undefined;
    if (item === undefined) {
      this.path = before;
      return;
    }
    this.path = this.pathOf(item);
    if (before !== undefined && this.path <= before) {
      throw new RangeError("a list of paths is not sorted");
    }
  }
}
