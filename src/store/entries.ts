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
    this.batches = folder === undefined ? nothing() : readEntries(folder);
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

const LIST_AND_SORT =
  "set -o pipefail; find . -xdev -mindepth 1 -printf '%y %i %P\\0' | sort --zero-terminated --field-separator=' ' --key=3";

async function* readEntries(folder: string): AsyncGenerator<Entry[]> {
  const running = await startCommand("bash", ["-c", LIST_AND_SORT], { cwd: folder });
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
