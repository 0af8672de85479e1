import { type BigIntStats, closeSync, constants, fstatSync, openSync } from "node:fs";
import { type BytePath, bytePathFromLatin1, childOf, TOP, toBuffer } from "../path/byte-path.ts";
import { placeIn } from "../path/open-folder.ts";
import { loadAddon } from "../process/addon.ts";

/** One name in a folder: its type as find's letter (f d l p s b c), and its inode's number, which a folder has not. */
export interface DirectoryEntry {
  type: string;
  inode: string;
  name: BytePath;
}

/** An open folder of a tree. What is done to it is done to this very folder, whatever its path leads to meanwhile. */
export class Folder {
  readonly fd: number;
  /** Relative to the top of the tree; "" is the top itself. */
  readonly path: BytePath;

  private constructor(fd: number, path: BytePath) {
    this.fd = fd;
    this.path = path;
  }

  /** @throws the system's error. */
  static top(tree: string): Folder {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    return new Folder(openSync(`${tree}/.`, flags), TOP);
  }

  /** A folder below this one, without a link on the way. @throws the system's error: ENOTDIR or ELOOP for a link. */
  open(path: BytePath): Folder {
    return new Folder(loadAddon().openFolder(this.fd, toBuffer(path)), this.pathOf(path));
  }

  pathOf(name: BytePath): BytePath {
    return childOf(this.path, name);
  }

  status(): BigIntStats {
    return fstatSync(this.fd, { bigint: true });
  }

  /** What lies in it, sorted by name, as records that `parseEntries` reads. @throws the system's error. */
  read(): Buffer {
    return loadAddon().readFolder(this.fd);
  }

  /** A path for the system to something in this folder: only the name is looked up. */
  place(name: BytePath): Buffer {
    return placeIn(this.fd, name);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Reads what `Folder.read` gives. */
export function parseEntries(bytes: Buffer): DirectoryEntry[] {
  const records = bytes.toString("latin1").split("\0");
  records.pop();
  return records.map((record) => {
    const blank = record.indexOf(" ", 2);
    return {
      type: record.slice(0, 1),
      inode: record.slice(2, blank),
      name: bytePathFromLatin1(record.slice(blank + 1)),
    };
  });
}
