import { type BytePath, bytePathFromLatin1 } from "../../path/byte-path.ts";

/**
 * One record of a source: type (find's letter) and mode, inode, links, owner, size, time of the contents, time of the
 * inode (both with fractions of a second), path, perhaps with a racy mark in front. The path of the top folder is empty.
 * Its characters stand for bytes.
 */
export type RecordLine = string;

export interface SourceRecord {
  /** find's letter: f d l p s b c. */
  type: string;
  inode: string;
  links: number;
  /** In bytes; of a symlink, the length of its target. */
  size: number;
  modified: string;
  path: BytePath;
}

/** Begins the mark of a record whose inode changed so shortly before the listing that it may change again unseen. */
export const RACY = "!";

const FIELDS_BEFORE_PATH = 7;

/** Where the path begins. */
function pathStart(line: RecordLine): number {
  let position = 0;
  for (let field = line.startsWith(RACY) ? -1 : 0; field < FIELDS_BEFORE_PATH; field += 1) {
    position = line.indexOf(" ", position) + 1;
  }
  return position;
}

export function pathOfRecord(line: RecordLine): BytePath {
  return bytePathFromLatin1(line.slice(pathStart(line)));
}

export function parseRecord(line: RecordLine): SourceRecord {
  const start = pathStart(line);
  const fields = line.slice(0, start - 1).split(" ");
  const [kind = "", inode = "", links, , size, modified = ""] = line.startsWith(RACY) ? fields.slice(1) : fields;
  return {
    type: kind.slice(0, 1),
    inode,
    links: Number(links),
    size: Number(size),
    modified,
    path: bytePathFromLatin1(line.slice(start)),
  };
}
