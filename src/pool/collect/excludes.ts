import { type BytePath, bytePathFromText, textOf } from "../../path/byte-path.ts";

/**
 * Whether a path is to be left out: one of these paths exactly, or one that a pattern matches as a whole. A path that is
 * not UTF-8 is matched with a character for each byte. Pure.
 */
export function createExcludes(paths: readonly string[], patterns: readonly RegExp[]): (path: BytePath) => boolean {
  const exact = new Set(paths.map(bytePathFromText));
  return (path) =>
    exact.has(path) || (patterns.length > 0 && patterns.some((pattern) => pattern.test(textOf(path) ?? path)));
}
