import { type BigIntStats, closeSync, constants, lstatSync, openSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { type BytePath, bytePathFromLatin1, parentOf } from "./byte-path.ts";
import { FOLDER_ITSELF, placeIn } from "./open-folder.ts";

/** The answers of the system for what is not in the tree; the last two are for a link, or a file, on the way. */
const NOT_THERE: readonly unknown[] = ["ENOENT", "ENOTDIR", "ELOOP"];

const ITSELF = bytePathFromLatin1(".");

/**
 * Names inside a tree that somebody else may change meanwhile: each folder on the way is opened by its name in the one
 * above, and none is followed if it is a link, so that no path leads out of the tree. The folders of the last path stay
 * open: paths in sorted order cost one call each.
 */
export class Beneath {
  private readonly chain: { path: string; fd: number }[] = [];

  /** @throws the system's error when the top is no folder. */
  constructor(top: string) {
    this.chain.push({ path: "", fd: openSync(`${top}/.`, FOLDER_ITSELF) });
  }

  /** A path for the system, also for child programs, by way of the open folder: only its last name is looked up. */
  place(path: BytePath): Buffer {
    if (path === "") {
      return placeIn(this.folder(path), ITSELF);
    }
    const parent = parentOf(path);
    const name = parent === "" ? path : path.slice(parent.length + 1);
    return placeIn(this.folder(parent), bytePathFromLatin1(name));
  }

  /** What lies at a path; undefined when there is nothing, or a link on the way. @throws the system's other errors. */
  look(path: BytePath): BigIntStats | undefined {
    try {
      return lstatSync(this.place(path), { bigint: true });
    } catch (error) {
      if (NOT_THERE.includes(errnoOf(error))) {
        return undefined;
      }
      throw error;
    }
  }

  /** Opens a file; never one that is a link, and without waiting for a pipe's other end. */
  open(path: BytePath, flags: number): number {
    return openSync(this.place(path), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
  }

  close(): void {
    for (const { fd } of this.chain.splice(0)) {
      closeSync(fd);
    }
  }

  /** The open folder; its descriptor stays ours. @throws the system's error: ENOTDIR or ELOOP for a link. */
  private folder(path: BytePath): number {
    for (let last = this.chain.at(-1); last !== undefined && !isAtOrAbove(last.path, path); last = this.chain.at(-1)) {
      closeSync(last.fd);
      this.chain.pop();
    }
    const [top] = this.chain;
    let at = this.chain.at(-1) ?? top;
    if (at === undefined) {
      throw new Error("the tree is closed");
    }
    const rest = path.slice(at.path === "" ? 0 : at.path.length + 1);
    for (const name of rest === "" ? [] : rest.split("/")) {
      const next = placeIn(at.fd, bytePathFromLatin1(name));
      at = { path: at.path === "" ? name : `${at.path}/${name}`, fd: openSync(next, FOLDER_ITSELF) };
      this.chain.push(at);
    }
    return at.fd;
  }
}

/** Looks into a tree, or works in it, at once. */
export function withBeneath<T>(top: string, work: (tree: Beneath) => T): T {
  const tree = new Beneath(top);
  try {
    return work(tree);
  } finally {
    tree.close();
  }
}

function isAtOrAbove(folder: string, path: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
