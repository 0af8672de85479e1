import { type BytePath, childOf, TOP } from "../path/byte-path.ts";
import type { Folder } from "./folder.ts";
import {
  changeNames,
  copyAttributes,
  type FolderToRenew,
  type FolderWork,
  makeFolder,
  openFolder,
  openTop,
  removeEntry,
  renewFolders,
} from "./folder-work.ts";

/** The same folder of both trees, or their tops. */
interface Pair {
  mirror: Folder;
  target: Folder;
}

export interface BuilderOptions {
  /** Links that cannot be made end nothing: the mirror may be changing meanwhile. */
  goesOn?: boolean;
  /** Folders to look into, with all those above them: elsewhere both trees are the same. Everywhere by default. */
  only?: ReadonlySet<BytePath> | undefined;
}

/** So many of node's four threads work in folders; the others compress and hash meanwhile. */
const MOST_AT_WORK = 2;
/** So many folders are one piece of work: to hand one over takes as long as a few of them. */
const MOST_TOGETHER = 32;

/**
 * Makes a tree of links to another, folder by folder. Folders of both may belong to somebody who still has them open
 * and puts links in their places: none is followed.
 */
export class LinkBuilder {
  /** Not linked, because the inode has as many links as the file system allows. */
  readonly unlinkable: BytePath[] = [];
  /** Folders in which links could not be made, and why; what lies in their folders was done all the same. */
  readonly failures = new Map<BytePath, unknown>();
  /** The last ones come first, so that few wait. */
  private readonly waiting: FolderToRenew[] = [];
  private readonly atWork = new Set<Promise<void>>();
  private readonly signal: AbortSignal | undefined;
  private readonly goesOn: boolean;
  private readonly only: ReadonlySet<BytePath> | undefined;
  private end: { error: unknown } | undefined;

  constructor(signal: AbortSignal | undefined, { goesOn = false, only }: BuilderOptions = {}) {
    this.signal = signal;
    this.goesOn = goesOn;
    this.only = only;
  }

  /** @throws StoreError, when nothing is at work any more. */
  async build(mirror: string, target: string, { isNew }: { isNew: boolean }): Promise<void> {
    const tops = openPair({ mirror: () => openTop(mirror), target: () => openTop(target) });
    try {
      this.waiting.push({ path: TOP, isNew });
      do {
        this.beginWork(tops);
        await Promise.race(this.atWork);
      } while (this.atWork.size > 0 || (this.waiting.length > 0 && this.end === undefined));
    } finally {
      closePair(tops);
    }
    if (this.end !== undefined) {
      throw this.end.error;
    }
  }

  private beginWork(tops: Pair): void {
    while (this.end === undefined && this.waiting.length > 0 && this.atWork.size < MOST_AT_WORK) {
      const fair = Math.ceil(this.waiting.length / MOST_AT_WORK);
      const work = this.work(tops, this.waiting.splice(-Math.min(fair, MOST_TOGETHER)));
      const done = work
        .catch((error: unknown) => {
          this.end ??= { error };
        })
        .finally(() => this.atWork.delete(done));
      this.atWork.add(done);
    }
  }

  private async work(tops: Pair, folders: FolderToRenew[]): Promise<void> {
    this.signal?.throwIfAborted();
    for (const work of await renewFolders(tops.mirror, tops.target, folders)) {
      if (!work.done) {
        await this.finish(tops, work);
      }
      this.descend(work);
    }
  }

  private descend({ path, folders, made }: FolderWork): void {
    for (const name of folders) {
      const inner = childOf(path, name);
      if (this.only?.has(inner) !== false) {
        this.waiting.push({ path: inner, isNew: false });
      }
    }
    this.waiting.push(...made.map((name) => ({ path: childOf(path, name), isNew: true })));
  }

  /** Does what is left of a folder. The attributes come last: all work in it changes its time. */
  private async finish(tops: Pair, work: FolderWork): Promise<void> {
    const { path } = work;
    const pair = openPair({
      mirror: () => openFolder(tops.mirror, path),
      target: () => openFolder(tops.target, path),
    });
    try {
      changeFolders(pair.target, work);
      await this.changeNames(pair, work);
    } finally {
      closePair(pair);
    }
  }

  private async changeNames({ mirror, target }: Pair, work: FolderWork): Promise<void> {
    try {
      const removed = work.removed.filter((each) => mayWait(each, work)).map(({ name }) => name);
      const unlinkable = await changeNames(mirror, target, { removed, linked: work.linked });
      this.unlinkable.push(...unlinkable.map((name) => childOf(work.path, name)));
      copyAttributes(mirror, target);
    } catch (error) {
      this.failures.set(work.path, error);
      if (!this.goesOn) {
        throw error;
      }
    }
  }
}

/** A folder in a file's place must be there before it is visited, so that file must be gone. */
function changeFolders(target: Folder, work: FolderWork): void {
  for (const entry of work.removed.filter((each) => !mayWait(each, work))) {
    removeEntry(target, entry);
  }
  for (const name of work.made) {
    makeFolder(target, name);
  }
}

function mayWait({ type }: { type: string }, { made }: FolderWork): boolean {
  return type !== "d" && made.length === 0;
}

function openPair({ mirror, target }: { mirror(): Folder; target(): Folder }): Pair {
  const opened = mirror();
  try {
    return { mirror: opened, target: target() };
  } catch (error) {
    opened.close();
    throw error;
  }
}

function closePair({ mirror, target }: Pair): void {
  mirror.close();
  target.close();
}
