import { type BytePath, bytePathFromLatin1 } from "../path/byte-path.ts";

/** The `--out-format` that `parseItem` reads. "//" cannot occur in a name, so it ends it. */
export const ITEM_FORMAT = "%i %l %n//%L";

/** One change that rsync found. */
export interface Item {
  /** rsync's eleven item letters, `YXcstpoguax`; see rsync(1), --itemize-changes. */
  code: string;
  /** Length in bytes of a regular file. */
  length: number;
  path: BytePath;
  directory: boolean;
  /** The path that this one becomes a hard link of. */
  leader?: BytePath;
}

export type ItemKind = "created" | "content" | "linked" | "attributes";

const LINE = /^(\S.{10}) (\d+) (.*?)\/\/(.*)$/s;
const LINK_ARROW = " => ";

/** Reads a line of `ITEM_FORMAT`; a deletion has the code "*deleting". Undefined for any other line. */
export function parseItem(line: string): Item | undefined {
  const match = LINE.exec(line);
  if (match === null) {
    return undefined;
  }
  const [, code = "", length = "0", name = "", rest = ""] = match;
  // The name of a folder ends with a slash of its own, which the pattern leaves in the rest.
  const directory = rest.startsWith("/");
  const after = directory ? rest.slice(1) : rest;
  const path = bytePathFromLatin1(unescapeName(name));
  const item: Item = { code: code.trimEnd(), length: Number(length), path, directory };
  if (after.startsWith(LINK_ARROW)) {
    item.leader = bytePathFromLatin1(unescapeName(after.slice(LINK_ARROW.length)));
  }
  return item;
}

/** rsync writes bytes that it does not print as `\#ooo`. */
export function unescapeName(name: string): string {
  return name.replace(/\\#([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Whether rsync, asked to name everything, only says that the path is there. A link that is to be made has a leader. */
export function isUnchanged({ code, leader }: Item): boolean {
  return code.slice(2).trim() === "" && leader === undefined;
}

export function isDeletion(item: Item): boolean {
  return item.code === "*deleting";
}

/** Contents that differ under the same size and time, which rsync sees only when it compares contents. */
export function isHiddenEdit(item: Item): boolean {
  return isRegularFile(item) && item.code[0] === ">" && item.code.slice(2, 5) === "c..";
}

export function isRegularFile(item: Item): boolean {
  return item.code[1] === "f";
}

/** What happens to the path: it is new, gets new content, becomes a link of another, or only its attributes change. */
export function kindOf(item: Item): ItemKind {
  if (item.code[2] === "+") {
    return "created";
  }
  switch (item.code[0]) {
    case ".":
      return "attributes";
    case "h":
      return "linked";
    default:
      return "content";
  }
}

/**
 * Whether rsync may change what has this path in place: no folder, which nothing shares, and no file that is copied,
 * which becomes a new one.
 */
export function mayChangeInPlace(item: Item): boolean {
  const kind = kindOf(item);
  const isCopied = kind === "created" || (kind === "content" && isRegularFile(item));
  return !item.directory && !isCopied;
}
