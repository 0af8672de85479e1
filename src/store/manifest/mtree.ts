import { type BytePath, bytePathFromLatin1, TOP } from "../../path/byte-path.ts";
import type { EntryType, ManifestEntry } from "./entry.ts";

/** The first lines of a manifest: mtree(5) with full paths, which bsdtar and NetBSD's mtree read. */
export const HEADER = "#mtree v2.0\n# made by bakup\n";

const TYPES: readonly string[] = ["file", "dir", "link", "fifo", "socket", "char", "block"] satisfies EntryType[];

/** A line of a manifest, with its line end. What mtree has no keyword for is in the tags, which it leaves alone. */
export function formatEntry(entry: ManifestEntry): string {
  const { type, mode, uid, gid, time, inode, size, xattrs, target, device, sha256 } = entry;
  const owner = `uid=${uid} gid=${gid} mode=${mode.toString(8).padStart(4, "0")}`;
  const contents = type === "file" ? ` size=${size}` : "";
  const link = target === undefined ? "" : ` link=${escaped(target)}`;
  const node = device === undefined ? "" : ` device=linux,${device}`;
  const head = `${nameOf(entry.path)} type=${type} ${owner}${contents} time=${time}${link}${node}`;
  return withEnd(head, { inode, xattrs, sha256 });
}

/** A whole line from all that comes before the hash, which survey-tree.c writes in the same way. */
export function withEnd(
  head: string,
  { inode, xattrs, sha256 }: { inode: string; xattrs: string | undefined; sha256: string | undefined },
): string {
  const hash = sha256 === undefined ? "" : ` sha256=${sha256}`;
  const number = inode === "" ? "" : `inode:${inode}`;
  const attributes = xattrs === undefined ? "" : `xattrs:${xattrs}`;
  const tags = number === "" || attributes === "" ? number + attributes : `${number},${attributes}`;
  return `${head}${hash}${tags === "" ? "" : ` tags=${tags}`}\n`;
}

/** How the line of a path begins, before the first blank. */
export function nameOf(path: BytePath): string {
  return path === "" ? "." : `./${escaped(path)}`;
}

/** Blanks, what begins a comment, a pattern or an escape, and everything that is not printable ASCII, as \ooo. */
function escaped(path: string): string {
  return path.replace(/[^!"$-)+->@-Z\]-~]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

function fromEscaped(text: string): BytePath {
  if (!text.includes("\\")) {
    return bytePathFromLatin1(text);
  }
  return bytePathFromLatin1(
    text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
  );
}

/** The path of a line, without reading the rest of it. */
export function pathOfLine(line: string): BytePath {
  const end = line.indexOf(" ");
  const name = end === -1 ? line : line.slice(0, end);
  return name === "." ? TOP : fromEscaped(name.slice(2));
}

/** Reads a line that `formatEntry` wrote, without its line end. Undefined for anything else. */
export function parseEntry(line: string): ManifestEntry | undefined {
  const [name = "", ...pairs] = line.split(" ");
  const values = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
  const tags = new Map((values.get("tags") ?? "").split(",").map((tag) => tag.split(":", 2) as [string, string]));
  const [type, time, inode] = [values.get("type"), values.get("time"), tags.get("inode") ?? ""];
  const numbers = [values.get("uid"), values.get("gid"), values.get("size") ?? "0"].map(Number);
  const [uid = 0, gid = 0, size = 0] = numbers;
  const mode = Number.parseInt(values.get("mode") ?? "", 8);
  const isWhole = [...numbers, mode].every((number) => Number.isSafeInteger(number) && number >= 0);
  const isNamed = inode !== "" || type === "dir";
  if (!/^\.(\/.|$)/.test(name) || !isEntryType(type) || !/^-?\d+\.\d{9}$/.test(time ?? "") || !isNamed || !isWhole) {
    return undefined;
  }
  const [link, device, sha256, xattrs] = [
    values.get("link"),
    values.get("device"),
    values.get("sha256"),
    tags.get("xattrs"),
  ];
  return {
    path: pathOfLine(name),
    type,
    mode,
    uid,
    gid,
    time: time ?? "",
    inode,
    size,
    ...(xattrs === undefined ? {} : { xattrs }),
    ...(link === undefined ? {} : { target: fromEscaped(link) }),
    ...(device === undefined ? {} : { device: device.replace("linux,", "") }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

function isEntryType(text: string | undefined): text is EntryType {
  return text !== undefined && TYPES.includes(text);
}
