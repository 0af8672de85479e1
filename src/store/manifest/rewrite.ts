import type { BytePath } from "../../path/byte-path.ts";
import { nameOf, pathOfLine } from "./mtree.ts";
import type { ManifestWriter } from "./write.ts";

const LINE_END = "\n".charCodeAt(0);

type Writer = Pick<ManifestWriter, "add" | "addText">;

/**
 * Copies the lines of a manifest, but for those of some paths, which are written anew. Only the lines that lie on the
 * way to one of these are looked at.
 */
export class Rewriter {
  /** So many lines more than before; fewer when it is below 0. */
  more = 0;
  private next = 0;
  private readonly writer: Writer;
  private readonly paths: readonly BytePath[];
  private readonly lineFor: (path: BytePath) => Promise<string>;

  /** @param paths sorted. @param lineFor is asked for each in turn, with its line end; "" for a path that is gone. */
  constructor(writer: Writer, paths: readonly BytePath[], lineFor: (path: BytePath) => Promise<string>) {
    this.writer = writer;
    this.paths = paths;
    this.lineFor = lineFor;
  }

  /** The next lines of the old manifest, which is sorted. */
  async pass(text: Buffer): Promise<void> {
    const last = pathAt(text, startOfLine(text, text.length - 1));
    let from = 0;
    for (let path = this.paths[this.next]; path !== undefined && path <= last; path = this.paths[this.next]) {
      const { start, isThere } = placeOf(path, text, from);
      await this.copy(text.subarray(from, start));
      from = isThere ? endOfLine(text, start) : start;
      this.more -= isThere ? 1 : 0;
      await this.write(path);
    }
    await this.copy(text.subarray(from));
  }

  /** After the last lines. */
  async end(): Promise<void> {
    for (let path = this.paths[this.next]; path !== undefined; path = this.paths[this.next]) {
      await this.write(path);
    }
  }

  private async write(path: BytePath): Promise<void> {
    this.next += 1;
    const line = await this.lineFor(path);
    if (line !== "") {
      this.more += 1;
      await this.writer.add(line);
    }
  }

  private async copy(lines: Buffer): Promise<void> {
    if (lines.length > 0) {
      await this.writer.addText(lines);
    }
  }
}

/** As the paths lie in their order, their lines are never far apart; a search among the bytes is faster than by lines. */
const NEAR_BYTES = 32_768;

/** Where the line of a path begins, or would begin. */
function placeOf(path: BytePath, text: Buffer, from: number): { start: number; isThere: boolean } {
  const beginning = `${nameOf(path)} `;
  const near = text.subarray(from, from + NEAR_BYTES);
  if (near.toString("latin1", 0, beginning.length) === beginning) {
    return { start: from, isThere: true };
  }
  const end = near.indexOf(`\n${beginning}`, 0, "latin1");
  if (end !== -1) {
    return { start: from + end + 1, isThere: true };
  }
  const start = firstNotBefore(path, text, from);
  return { start, isThere: start < text.length && pathAt(text, start) === path };
}

/** Where the first line begins whose path does not come before this one; the end of the text when all do. */
function firstNotBefore(path: BytePath, text: Buffer, from: number): number {
  let [low, high] = [from, text.length];
  while (low < high) {
    const start = startOfLine(text, (low + high) >> 1);
    if (pathAt(text, start) < path) {
      low = endOfLine(text, start);
    } else {
      high = start;
    }
  }
  return low;
}

/** Of the line that this byte belongs to. */
function startOfLine(text: Buffer, byte: number): number {
  return byte === 0 ? 0 : text.lastIndexOf(LINE_END, byte - 1) + 1;
}

/** Behind its line end. */
function endOfLine(text: Buffer, start: number): number {
  const end = text.indexOf(LINE_END, start);
  return end === -1 ? text.length : end + 1;
}

function pathAt(text: Buffer, start: number): BytePath {
  return pathOfLine(text.toString("latin1", start, text.indexOf(" ", start)));
}
