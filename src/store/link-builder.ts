import type { BytePath } from "../path/byte-path.ts";
import { Breath } from "./breath.ts";
import { compareFolders, type FolderDifference } from "./compare-folders.ts";
import { type DirectoryEntry, type Folder, parseEntries, subfolders } from "./folder.ts";
import {
  changeNames,
  copyAttributes,
  makeFolder,
  type NameChanges,
  openFolder,
  openTop,
  readFolder,
  removeEntry,
} from "./folder-work.ts";

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

/** In so many folders names are changed at the same time, by the threads that node has for such work. */
const MOST_CHANGING = 32;

/**
 * Makes a tree of links to another, folder by folder. Folders of both may belong to somebody who still has them open
 * and puts links in their places: none is followed.
 */
export class LinkBuilder {
  /** Not linked, because the inode has as many links as the file system allows. */
  readonly unlinkable: BytePath[] = [];
  /** Folders in which links could not be made, and why. */
  readonly failures = new Map<BytePath, unknown>();
  private readonly changing = new Set<Promise<void>>();
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
      await Promise.all(this.changing);
    }
    this.throwFailure();
  }

  /** Takes both folders over, and closes them. The attributes come last: all work in a folder changes its time. */
  private async visit(pair: Pair, device: bigint): Promise<void> {
    const { mirror, target } = pair;
    let changing: Promise<void> | undefined;
    try {
      await this.rest();
      if (mirror.status().dev === device) {
        const { folders, difference } = compare(pair);
        changing = this.change(pair, difference);
        // A failure is met when this folder's turn comes to be closed.
        changing?.catch(() => undefined);
        await this.descend(pair, { folders, made: new Set(difference?.made), device });
      }
      if (changing === undefined) {
        copyAttributes(mirror, target);
      }
    } finally {
      if (changing === undefined) {
        close(pair);
      } else {
        const changed = changing.then(() => copyAttributes(mirror, target)).finally(() => close(pair));
        this.track(mirror.path, changed);
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

  /** @returns what goes on when this returns. A folder in a file's place must be there then, so that file must be gone. */
  private change({ mirror, target }: Pair, difference: FolderDifference | undefined): Promise<void> | undefined {
    if (difference === undefined) {
      return undefined;
    }
    const { removed, made, linked } = difference;
    const mayWait = ({ type }: DirectoryEntry) => type !== "d" && made.length === 0;
    for (const entry of removed.filter((each) => !mayWait(each))) {
      removeEntry(target, entry);
    }
    for (const name of made) {
      makeFolder(target, name);
    }
    const names = { removed: removed.filter(mayWait).map(({ name }) => name), linked };
    return names.removed.length + linked.length === 0 ? undefined : this.changeNames({ mirror, target }, names);
  }

  private async changeNames({ mirror, target }: Omit<Pair, "isNew">, names: NameChanges): Promise<void> {
    const unlinkable = await changeNames(mirror, target, names);
    this.unlinkable.push(...unlinkable.map((name) => mirror.pathOf(name)));
  }

  private track(folder: BytePath, work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => {
        this.failures.set(folder, error);
      })
      .finally(() => this.changing.delete(done));
    this.changing.add(done);
  }

  /** Between two folders: lets others have their turn, and stops where it should. */
  private async rest(): Promise<void> {
    while (this.changing.size >= MOST_CHANGING) {
      await Promise.race(this.changing);
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
