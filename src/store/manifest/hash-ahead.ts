import { freemem } from "node:os";
import type { BytePath } from "../../path/byte-path.ts";
import type { FileWork } from "../../tree/file-work.ts";
import { filesToHash } from "./hash-files.ts";
import type { KnownHashes } from "./known-hashes.ts";

/** So many files wait at most; what comes while they do is left to the manifest. */
const MOST_WAITING = 10_000;
/** A file that is not there when so many after it were told of will not come: it vanished, or could not be read. */
const PATIENCE = 2000;
/** How often, in files told of, it is looked whether the next one is there. */
const STRIDE = 32;
/** So many are hashed in one piece of work. */
const TOGETHER = 64;

/** The part of the memory that is free now in which files will surely still be when the manifest is made. */
const PART_OF_MEMORY = 4;

/** A file that is expected, and how many were told of before it. */
interface Expected {
  path: BytePath;
  number: number;
}

/**
 * Hashes the files of a tree that is being made, as soon as each is there: its contents are still in memory then, and
 * need not be read from the disk again for the manifest. It leaves the first ones to the manifest, as many as will stay
 * in memory: the copying has the processors for itself meanwhile. Every file must come under its name by a rename, when
 * it is whole; nothing else may write in the tree.
 */
export class HashAhead {
  private readonly files: FileWork;
  private readonly known: KnownHashes;
  private readonly signal: AbortSignal;
  private readonly stopped = new AbortController();
  private memory: number;
  private waiting: Expected[] = [];
  private told = 0;
  private work: Promise<void> | undefined;

  /** @param memory so many bytes of files are left to the manifest. */
  constructor(tree: string, known: KnownHashes, signal: AbortSignal, memory: number = freemem() / PART_OF_MEMORY) {
    this.known = known;
    this.memory = memory;
    this.signal = AbortSignal.any([signal, this.stopped.signal]);
    this.files = filesToHash(tree, this.signal);
  }

  /** Tells of a regular file of so many bytes that is there, or will be soon. */
  expect(path: BytePath, bytes: number): void {
    this.told += 1;
    this.memory -= bytes;
    if (this.memory >= 0) {
      return;
    }
    const { length } = this.waiting;
    if (length < MOST_WAITING) {
      this.waiting.push({ path, number: this.told });
    }
    if (this.told % STRIDE === 0) {
      // What it could not do is left to the manifest.
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
    this.files.close();
  }

  /** As long as most of those that are looked for are there. */
  private async hashThose(): Promise<void> {
    for (let isWorthIt = true; isWorthIt && this.waiting.length > 0 && !this.signal.aborted; ) {
      const those = this.waiting.slice(0, TOGETHER);
      const absent = await this.hash(those);
      this.waiting = [...absent, ...this.waiting.slice(those.length)];
      isWorthIt = absent.length * 2 < those.length;
    }
  }

  /** @returns those that may still come. A file that cannot be read is the manifest's to report. */
  private async hash(those: readonly Expected[]): Promise<Expected[]> {
    const outcomes = await this.files.do(those.map(({ path }) => path));
    for (const { done } of outcomes) {
      if (done !== undefined) {
        this.known.keep(done);
      }
    }
    return those.filter(({ number }, index) => outcomes[index]?.isThere === false && this.told - number < PATIENCE);
  }
}
