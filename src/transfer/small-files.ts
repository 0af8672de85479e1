import { errnoOf } from "../errors/describe.ts";
import type { BytePath } from "../path/byte-path.ts";
import { loadAddon } from "../process/addon.ts";
import { sizeOf } from "../tree/facts.ts";
import { FileWork } from "../tree/file-work.ts";
import type { AttributeSearch } from "./attribute-search.ts";
import { parseRecord } from "./index/record.ts";
import { mayExclude } from "./may-exclude.ts";
import type { Transfer } from "./plan.ts";
import type { OnProgress } from "./progress.ts";

/** So many files are copied in one piece of work, and so many pieces at the same time. */
const TOGETHER = 256;
const AT_WORK = 3;
/** So many wait at most. */
const MOST_WAITING = 4 * TOGETHER;

/** From so many on, as in copy-files.c, a file takes rsync hardly longer. */
const MOST_BYTES = 262_144;

export function isSmall(size: number): boolean {
  return size < MOST_BYTES;
}

export interface SmallFilesOptions {
  /** Nobody writes the files any more: they are taken whatever their other names, and without a hash. */
  areStill?: boolean | undefined;
  /** Is told of each copy. */
  onCopied?: ((copy: Buffer) => void) | undefined;
  /** Is shown what is left to rsync. */
  attributes?: AttributeSearch | undefined;
  onProgress?: OnProgress | undefined;
  signal: AbortSignal | undefined;
}

/**
 * Copies small files into an empty target while the source is listed, before rsync comes for the rest: rsync takes three
 * times as long for one of them. Whatever a pattern may leave out, and whatever cannot be copied, is left to rsync,
 * without a word.
 */
export class SmallFiles {
  readonly progress = { bytes: 0, files: 0 };
  private readonly work: FileWork | undefined;
  private readonly options: SmallFilesOptions;
  private waiting: BytePath[] = [];
  private readonly atWork = new Set<Promise<void>>();

  /** Both trees for the system. */
  constructor(source: string, target: string, options: SmallFilesOptions) {
    this.options = options;
    this.work = open(source, target, options);
  }

  /** Takes the next files, and shows the others to the search for attributes; wait until it has room for more. */
  async take({ files, others }: SortedFiles): Promise<void> {
    this.waiting.push(...files);
    const looked = this.options.attributes?.look(others);
    while (this.waiting.length >= TOGETHER && this.atWork.size < AT_WORK) {
      this.begin();
    }
    while (this.waiting.length >= MOST_WAITING) {
      await Promise.race(this.atWork);
    }
    await looked;
  }

  /** When the listing is at its end, or has failed. */
  async finish(): Promise<void> {
    while (this.waiting.length > 0 && this.atWork.size < AT_WORK) {
      this.begin();
    }
    while (this.atWork.size > 0) {
      await Promise.race(this.atWork);
    }
    this.work?.close();
  }

  private begin(): void {
    const work = this.copy(this.waiting.splice(0, TOGETHER)).finally(() => {
      this.atWork.delete(work);
      if (this.waiting.length > 0) {
        this.begin();
      }
    });
    this.atWork.add(work);
  }

  private async copy(paths: readonly BytePath[]): Promise<void> {
    const { attributes, onCopied, onProgress } = this.options;
    const outcomes = (await this.work?.do(paths).catch(() => [])) ?? [];
    for (const { done, hasAttributes } of outcomes) {
      if (done !== undefined) {
        onCopied?.(done);
        this.progress.files += 1;
        this.progress.bytes += sizeOf(done);
        attributes?.tell(hasAttributes);
      }
    }
    onProgress?.({ ...this.progress });
    await attributes?.look(paths.filter((_, index) => outcomes[index]?.done === undefined));
  }
}

/** What was listed. */
export interface SortedFiles {
  /** Paths of small files. */
  files: BytePath[];
  others: BytePath[];
}

/** Sorts the pieces of a source's listing: small is what has one name, and what no pattern may leave out. */
export function sorterOf({ source, filters }: Transfer): (listing: Buffer) => SortedFiles {
  const mayLeaveOut = mayExclude(filters, source);
  return (listing) => {
    const sorted: SortedFiles = { files: [], others: [] };
    for (const line of listing.toString("latin1", 0, listing.length - 1).split("\0")) {
      const { type, links, size, path } = parseRecord(line);
      const isForUs = type === "f" && links === 1 && isSmall(size) && !mayLeaveOut(path);
      (isForUs ? sorted.files : sorted.others).push(path);
    }
    return sorted;
  };
}

/** A tree whose small files are to be copied to another. @throws the system's error when one of both cannot be opened. */
export function filesToCopy(
  source: string,
  target: string,
  { areStill = false, signal }: Partial<Pick<SmallFilesOptions, "areStill" | "signal">>,
): FileWork {
  const { copyFiles, copyStillFiles } = loadAddon();
  const copy = areStill ? copyStillFiles : copyFiles;
  return new FileWork([source, target], ([from = -1, to = -1], paths, stop) => copy(from, to, paths, stop), signal);
}

/** Where one of both cannot be opened, rsync says so. */
function open(source: string, target: string, options: SmallFilesOptions): FileWork | undefined {
  try {
    return filesToCopy(source, target, options);
  } catch (error) {
    if (errnoOf(error) === undefined) {
      throw error;
    }
    return undefined;
  }
}
