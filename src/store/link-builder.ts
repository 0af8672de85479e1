import type { BytePath } from "../path/byte-path.ts";
import type { Folder } from "./folder.ts";
import {
  changeNames,
  copyAttributes,
  type FolderWork,
  makeFolder,
  openFolder,
  openTop,
  removeEntry,
  renewFolder,
} from "./folder-work.ts";

/** A folder of the mirror, and what becomes its image. */
interface Pair {
  mirror: Folder;
  target: Folder;
  /** Whether the target was just made. */
  isNew: boolean;
  /** So many still need it open. */
  users: number;
}

/** A folder to visit: a name in a pair that is open. */
interface Visit {
  above: Pair;
  name: BytePath;
  isNew: boolean;
}

export interface BuilderOptions {
  /** Links that cannot be made end nothing: the mirror may be changing meanwhile. */
  goesOn?: boolean;
  /** Folders to look into, with all those above them: elsewhere both trees are the same. Everywhere by default. */
  only?: ReadonlySet<BytePath> | undefined;
}

/** So many folders are read or changed at the same time, by the threads that node has for such work. */
const MOST_AT_WORK = 8;

/**
 * Makes a tree of links to another, folder by folder. Folders of both may belong to somebody who still has them open
 * and puts links in their places: none is followed.
 */
export class LinkBuilder {
  /** Not linked, because the inode has as many links as the file system allows. */
  readonly unlinkable: BytePath[] = [];
  /** Folders in which links could not be made, and why; what lies in their folders was done all the same. */
  readonly failures = new Map<BytePath, unknown>();
  /** The last one comes first: so few folders are open. */
  private readonly waiting: Visit[] = [];
  private readonly atWork = new Set<Promise<void>>();
  private readonly signal: AbortSignal | undefined;
  private readonly goesOn: boolean;
  private readonly only: ReadonlySet<BytePath> | undefined;
  private device = 0n;
  private end: { error: unknown } | undefined;

  constructor(signal: AbortSignal | undefined, { goesOn = false, only }: BuilderOptions = {}) {
    this.signal = signal;
    this.goesOn = goesOn;
    this.only = only;
  }

  /** @throws StoreError, when nothing is at work any more. */
  async build(mirror: string, target: string, { isNew }: { isNew: boolean }): Promise<void> {
    const top = openPair({ isNew, mirror: () => openTop(mirror), target: () => openTop(target) });
    this.device = top.mirror.status().dev;
    this.start(this.work(top));
    while (this.atWork.size > 0) {
      await Promise.race(this.atWork);
      for (let next = this.next(); next !== undefined; next = this.next()) {
        this.start(this.visit(next));
      }
    }
    if (this.end !== undefined) {
      throw this.end.error;
    }
  }

  private next(): Visit | undefined {
    return this.atWork.size < MOST_AT_WORK ? this.waiting.pop() : undefined;
  }

  private start(work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => {
        this.end ??= { error };
      })
      .finally(() => this.atWork.delete(done));
    this.atWork.add(done);
  }

  /** After a failure nothing is begun any more; what waits lets its folders go. */
  private async visit({ above, name, isNew }: Visit): Promise<void> {
    let pair: Pair;
    try {
      this.signal?.throwIfAborted();
      if (this.end !== undefined) {
        return;
      }
      pair = openPair({
        isNew,
        mirror: () => openFolder(above.mirror, name),
        target: () => openFolder(above.target, name),
      });
    } finally {
      release(above);
    }
    await this.work(pair);
  }

  /** Takes both folders over. The attributes come last: all work in a folder changes its time. */
  private async work(pair: Pair): Promise<void> {
    const { mirror, target, isNew } = pair;
    try {
      if (mirror.status().dev !== this.device) {
        copyAttributes(mirror, target);
        return;
      }
      const work = await renewFolder(mirror, target, isNew);
      changeFolders(target, work);
      this.descend(pair, work);
      if (!work.done) {
        await this.changeNames(pair, work);
      }
    } finally {
      release(pair);
    }
  }

  private descend(pair: Pair, { folders, made }: FolderWork): void {
    const visited = folders.filter((name) => this.only?.has(pair.mirror.pathOf(name)) !== false);
    const visits = [...visited.map((name) => ({ name, isNew: false })), ...made.map((name) => ({ name, isNew: true }))];
    pair.users += visits.length;
    this.waiting.push(...visits.map((visit) => ({ ...visit, above: pair })));
  }

  private async changeNames({ mirror, target }: Pair, work: FolderWork): Promise<void> {
    try {
      const removed = work.removed.filter((each) => mayWait(each, work)).map(({ name }) => name);
      const unlinkable = await changeNames(mirror, target, { removed, linked: work.linked });
      this.unlinkable.push(...unlinkable.map((name) => mirror.pathOf(name)));
      copyAttributes(mirror, target);
    } catch (error) {
      this.failures.set(mirror.path, error);
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

function openPair({ isNew, mirror, target }: { isNew: boolean; mirror(): Folder; target(): Folder }): Pair {
  const opened = mirror();
  try {
    return { isNew, mirror: opened, target: target(), users: 1 };
  } catch (error) {
    opened.close();
    throw error;
  }
}

function release(pair: Pair): void {
  pair.users -= 1;
  if (pair.users === 0) {
    pair.mirror.close();
    pair.target.close();
  }
}
