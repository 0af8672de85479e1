import { resolve } from "node:path";

/**
 * find's expression that keeps it out of excluded folders of a source, as far as rsync's patterns can be said as regular
 * expressions: absolute, with no wildcard but single stars. The others are listed, and rsync drops them.
 */
export function pruneExpression(source: string, excludedRoots: readonly string[]): string[] {
  const expressions = excludedRoots.flatMap((pattern) => expressionOf(resolve(source), pattern));
  return expressions.length === 0
    ? []
    : ["-regextype", "posix-extended", "-type", "d", "-regex", `\\./(${expressions.join("|")})`, "-prune", "-o"];
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
function literally(text: string): string {
  return text.replace(/[.()+{}|^$]/g, "\\$&");
}
