import { resolve } from "node:path";

/**
 * An extended regular expression (POSIX) for the paths, relative to a source, of the folders in it that are excluded, as
 * far as rsync's patterns can be said that way: absolute, with no wildcard but single stars. The others are listed, and
 * rsync drops them. Empty when there is none.
 */
export function pruneExpression(source: string, excludedRoots: readonly string[]): string {
  const expressions = excludedRoots.flatMap((pattern) => expressionOf(resolve(source), pattern));
  return expressions.length === 0 ? "" : `^(${expressions.join("|")})$`;
}

function expressionOf(source: string, pattern: string): string[] {
  const top = source === "/" ? "/" : `${source}/`;
  const inside = pattern.replace(/\/+$/, "");
  if (!inside.startsWith(top) || /[?[\]\\\n]|\*\*|\/\//.test(inside) || inside === source) {
    return [];
  }
  const relative = inside.slice(top.length);
  return relative === "" ? [] : [relative.split("*").map(literally).join("[^/]*")];
}

/** What means something in an extended regular expression; a backslash before anything else may mean something, too. */
export function literally(text: string): string {
  return text.replace(/[.()+{}|^$]/g, "\\$&");
}
