import { TransferError } from "../errors/errors.ts";
import { describeEnd, startCommand } from "../process/command.ts";

/**
 * One entry of a tree: `TYPE INODE PATH`, as find prints it. TYPE is find's letter (f d l p s b c); the path's
 * characters stand for bytes.
 */
export type Entry = string;

/**
 * All entries below a folder, sorted by path (parents before children), as a stream that holds one piece at a time.
 * Inode numbers come from the folders themselves: no file is looked at. Does not leave the file system.
 */
export class EntryCursor {
  private batch: Entry[] = [];
  private index = 0;
  private readonly batches: AsyncGenerator<Entry[]>;

  constructor(folder: string | undefined) {
    this.batches = folder === undefined ? nothing() : listSorted(folder, { format: "%y %i %P", key: 3, top: false });
  }

  /** The next entry, without moving on; undefined at the end. */
  peek(): Entry | undefined | Promise<Entry | undefined> {
    return this.index < this.batch.length ? this.batch[this.index] : this.refill();
  }

  advance(): void {
    this.index += 1;
  }

  async close(): Promise<void> {
    await this.batches.return(undefined);
  }

  private async refill(): Promise<Entry | undefined> {
    const next = await this.batches.next();
    if (next.done) {
      return undefined;
    }
    this.batch = next.value;
    this.index = 0;
    return this.peek();
  }
}

async function* nothing(): AsyncGenerator<Entry[]> {}

/**
 * Lists a tree with find, sorted by the field `key` (counted from 1, and everything behind it), in pieces. The format is
 * that of find's -printf; characters stand for bytes. Does not leave the file system.
 * @throws TransferError when a part of it cannot be read.
 */
export async function* listSorted(
  folder: string,
  { format, key, top }: { format: string; key: number; top: boolean },
): AsyncGenerator<Entry[]> {
  const depth = top ? "" : "-mindepth 1";
  const list = `find . -xdev ${depth} -printf '${format}\\0'`;
  const sort = `sort --zero-terminated --field-separator=' ' --key=${key}`;
  const running = await startCommand("bash", ["-c", `set -o pipefail; ${list} | ${sort}`], { cwd: folder });
  const complaints: Buffer[] = [];
  running.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  let rest = "";
  for await (const chunk of running.stdout as AsyncIterable<Buffer>) {
    const pieces = (rest + chunk.toString("latin1")).split("\0");
    rest = pieces.pop() ?? "";
    if (pieces.length > 0) {
      yield pieces;
    }
  }
  const end = await running.ended;
  if (end.exitCode !== 0) {
    const said = Buffer.concat(complaints).toString().trim().split("\n")[0] || describeEnd(end);
    throw new TransferError(`cannot list the files of ${folder}: ${said}`);
  }
}

export function typeOf(entry: Entry): string {
  return entry[0] as string;
}

export function pathOf(entry: Entry): string {
  return entry.slice(entry.indexOf(" ", 2) + 1);
}
