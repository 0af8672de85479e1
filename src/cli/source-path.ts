import { type BytePath, bytePathFromLatin1, bytePathFromText } from "../path/byte-path.ts";

/**
 * A path as people name it, relative to the top of a snapshot. An absolute path that lies in the source is taken as a
 * path of the source; any other as one from the top. Pure.
 */
export function pathFromSource(path: BytePath, source: string | undefined): BytePath {
  const top = source === undefined ? "/" : withSlash(bytePathFromText(source));
  const plain = path.replace(/\/+/g, "/");
  const isInSource = plain.startsWith("/") && withSlash(plain).startsWith(top);
  return bytePathFromLatin1((isInSource ? plain.slice(top.length) : plain).replace(/^\//, ""));
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}
