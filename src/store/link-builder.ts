import type { BytePath } from "../path/byte-path.ts";
import { Breath } from "./breath.ts";
import { compareFolders, type FolderDifference } from "./compare-folders.ts";
import { type Folder, parseEntries, subfolders } from "./folder.ts";
import { copyAttributes, linkNames, makeFolder, openFolder, openTop, readFolder, removeEntry } from "./folder-work.ts";

/** A folder of the mirror, and what becomes its image. */
interface Pair {
  mirror: Folder;
  target: Folder;
  /** Whether the target was just made. */
  isNew: boolean;
}

export interface BuilderOptions {
  /** Links that cannot be made end nothing: the mirror may be changing meanwhile. */
  goesOn?: boolean;
  /** Folders to look into, with all those above them: elsewhere both trees are the same. Everywhere by default. */
  only?: ReadonlySet<BytePath> | undefined;
}

/** In so many folders links are made at the same time, by the threads that node has for such work. */
const MOST_LINKING = 32;

/**
 * Makes a tree of links to another, folder by folder. Folders of both may belong to somebody who still has them open
 * and puts links in their places: none is followed.
 */
export class LinkBuilder {
  /** Not linked, because the inode has as many links as the file system allows. */
  readonly unlinkable: BytePath[] = [];
  /** Folders in which links could not be made, and why. */
  readonly failures = new Map<BytePath, unknown>();
  private readonly linking = new Set<Promise<void>>();
  private readonly signal: AbortSignal | undefined;
  private readonly goesOn: boolean;
  private readonly only: ReadonlySet<BytePath> | undefined;
  private readonly breath = new Breath();

  constructor(signal: AbortSignal | undefined, { goesOn = false, only }: BuilderOptions = {}) {
    this.signal = signal;
    this.goesOn = goesOn;
    this.only = only;
  }

  /** @throws StoreError, when nothing is at work any more. */
  async build(mirror: string, target: string, { isNew }: { isNew: boolean }): Promise<void> {
    try {
      const top = openPair({ isNew, mirror: () => openTop(mirror), target: () => openTop(target) });
      await this.visit(top, top.mirror.status().dev);
    } finally {
      await Promise.all(this.linking);
    }
    this.throwFailure();
  }

  /** Takes both folders over, and closes them. The attributes come last: all work in a folder changes its time. */
  private async visit(pair: Pair, device: bigint): Promise<void> {
    const { mirror, target } = pair;
    let linking: Promise<void> | undefined;
    try {
      await this.rest();
      if (mirror.status().dev === device) {
        const { folders, difference } = compare(pair);
        linking = this.change(pair, difference);
        // A failure is met when this folder's turn comes to be closed.
        linking?.catch(() => undefined);
        await this.descend(pair, { folders, made: new Set(difference?.made), device });
      }
      if (linking === undefined) {
        copyAttributes(mirror, target);
      }
    } finally {
      if (linking === undefined) {
        close(pair);
      } else {
        const linked = linking.then(() => copyAttributes(mirror, target)).finally(() => close(pair));
        this.track(mirror.path, linked);
      }
    }
  }

  private async descend(
    { mirror, target }: Pair,
    { folders, made, device }: { folders: readonly BytePath[]; made: ReadonlySet<BytePath>; device: bigint },
  ): Promise<void> {
    for (const name of folders) {
      if (!made.has(name) && this.only !== undefined && !this.only.has(mirror.pathOf(name))) {
        continue;
      }
      const inner = openPair({
        isNew: made.has(name),
        mirror: () => openFolder(mirror, name),
        target: () => openFolder(target, name),
      });
      await this.visit(inner, device);
    }
  }

  /** @returns what goes on when this returns: the links. */
  private change({ mirror, target }: Pair, difference: FolderDifference | undefined): Promise<void> | undefined {
    if (difference === undefined) {
      return undefined;
    }
    for (const entry of difference.removed) {
      removeEntry(target, entry);
    }
    for (const name of difference.made) {
      makeFolder(target, name);
    }
    return difference.linked.length === 0 ? undefined : this.link({ mirror, target }, difference.linked);
  }

  private async link({ mirror, target }: Omit<Pair, "isNew">, names: readonly BytePath[]): Promise<void> {
    const unlinkable = await linkNames(mirror, target, names);
    this.unlinkable.push(...unlinkable.map((name) => mirror.pathOf(name)));
  }

  private track(folder: BytePath, work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => {
        this.failures.set(folder, error);
      })
      .finally(() => this.linking.delete(done));
    this.linking.add(done);
  }

  /** Between two folders: lets others have their turn, and stops where it should. */
  private async rest(): Promise<void> {
    while (this.linking.size >= MOST_LINKING) {
      await Promise.race(this.linking);
    }
    await this.breath.take(this.signal);
    this.throwFailure();
  }

  private throwFailure(): void {
    const [first] = this.failures.values();
    if (first !== undefined && !this.goesOn) {
      throw first;
    }
  }
}

/** The folders in the mirror's folder; and what must be done in its image, unless both hold the same. */
function compare({ mirror, target, isNew }: Pair): { folders: BytePath[]; difference: FolderDifference | undefined } {
  const wanted = readFolder(mirror);
  const present = isNew ? Buffer.alloc(0) : readFolder(target);
  const isSame = wanted.equals(present);
  return {
    folders: subfolders(wanted),
    difference: isSame ? undefined : compareFolders(parseEntries(wanted), parseEntries(present)),
  };
}

function openPair({ isNew, mirror, target }: { isNew: boolean; mirror(): Folder; target(): Folder }): Pair {
  const opened = mirror();
  try {
    return { isNew, mirror: opened, target: target() };
  } catch (error) {
    opened.close();
    throw error;
  }
}

function close({ mirror, target }: Pair): void {
  mirror.close();
  target.close();
}
