import { type BytePath, bytePathFromText, toBuffer } from "../../path/byte-path.ts";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether a path is to be left out: one of these paths exactly, or one that a pattern matches as a whole. Pure. */
export function createExcludes(paths: readonly string[], patterns: readonly RegExp[]): (path: BytePath) => boolean {
  const exact = new Set(paths.map(bytePathFromText));
  return (path) => exact.has(path) || (patterns.length > 0 && patterns.some((pattern) => pattern.test(asText(path))));
}

/** A path that is not UTF-8 is matched with a character for each byte. */
function asText(path: BytePath): string {
  try {
    return strictUtf8.decode(toBuffer(path));
  } catch {
    return path;
  }
}
