import { lstatSync, readdirSync, type Stats } from "node:fs";
import { ancestorsOf, type BytePath, below, bytePathFromLatin1 } from "../../path/byte-path.ts";

/** Looks for paths in a tree; a path that leads through a link is not in the tree. Remembers the folders it has seen. */
export class TreeLook {
  private readonly folders = new Map<BytePath, boolean>();
  private readonly top: string;

  constructor(top: string) {
    this.top = top;
  }

  statusOf(path: BytePath): Stats | undefined {
    return this.leadsTo(path) ? this.look(path) : undefined;
  }

  hasFolder(path: BytePath): boolean {
    return this.leadsTo(path) && this.isFolder(path);
  }

  /** The paths directly in a folder ("" is the top); none when there is no such folder. */
  namesIn(path: BytePath): BytePath[] {
    if (path !== "" && this.statusOf(path)?.isDirectory() !== true) {
      return [];
    }
    const prefix = path === "" ? "" : `${path}/`;
    return readdirSync(below(this.top, path), { encoding: "latin1" }).map((name) =>
      bytePathFromLatin1(`${prefix}${name}`),
    );
  }

  /** A path and all that lies below it. */
  everythingAt(path: BytePath): { path: BytePath; directory: boolean }[] {
    const directory = this.statusOf(path)?.isDirectory() === true;
    const inside = directory ? this.namesIn(path).flatMap((each) => this.everythingAt(each)) : [];
    return [{ path, directory }, ...inside];
  }

  private leadsTo(path: BytePath): boolean {
    return ancestorsOf(path)
      .reverse()
      .every((folder) => this.isFolder(folder));
  }

  private isFolder(path: BytePath): boolean {
    const known = this.folders.get(path) ?? this.look(path)?.isDirectory() === true;
    this.folders.set(path, known);
    return known;
  }

  private look(path: BytePath): Stats | undefined {
    return lstatSync(below(this.top, path), { throwIfNoEntry: false });
  }
}
