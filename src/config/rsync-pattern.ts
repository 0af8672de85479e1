type Token = { kind: "char"; char: string } | { kind: "one" | "many" | "all" } | { kind: "set"; set: RegExp };

const NOTHING = /(?!)/;

/**
 * Whether an rsync pattern that is anchored at the root (`/dir/`, `/home/?/tmp`) leaves out a folder: it matches the
 * folder itself, or one above it. Paths begin with a slash and are seen from where the pattern is anchored.
 */
export function leavesOut(pattern: string, folder: string): boolean {
  const tokens = tokenize(pattern.replace(/\/(?:\*\*\*)?$/, ""));
  const segments = folder.split("/").slice(1);
  return segments.some((_, index) => matches(tokens, `/${segments.slice(0, index + 1).join("/")}`));
}

/** Without a wildcard in the pattern, rsync takes a backslash literally; a `[` that is not closed matches nothing. */
function tokenize(pattern: string): Token[] {
  if (!/[*?[]/.test(pattern)) {
    return [...pattern].map((char) => ({ kind: "char", char }));
  }
  const tokens: Token[] = [];
  const pieces = /\\(.)|(\*\*+)|(\*)|(\?)|\[(!|\^)?(\]?[^\]/]*)\]|(.)/gsu;
  for (const [, escaped, all, many, one, not, set, char] of pattern.matchAll(pieces)) {
    if (all !== undefined || many !== undefined) {
      tokens.push({ kind: all === undefined ? "many" : "all" });
    } else if (one !== undefined) {
      tokens.push({ kind: "one" });
    } else if (set !== undefined) {
      tokens.push({ kind: "set", set: readSet(set, not !== undefined) });
    } else if (char === "[") {
      tokens.push({ kind: "set", set: NOTHING });
    } else {
      tokens.push({ kind: "char", char: escaped ?? char ?? "" });
    }
  }
  return tokens;
}

function readSet(set: string, inverted: boolean): RegExp {
  try {
    return new RegExp(`^[${inverted ? "^" : ""}${set.replace(/[\\\]^[&|~-]/g, keepRange)}]$`, "u");
  } catch {
    return NOTHING;
  }
}

function keepRange(char: string, offset: number, whole: string): string {
  return char === "-" && offset > 0 && offset < whole.length - 1 ? "-" : `\\${char}`;
}

/** Follows all ways through the pattern at once, so that no pattern takes long. */
function matches(tokens: readonly Token[], path: string): boolean {
  let reached = new Set([0]);
  for (const char of path) {
    const next = new Set<number>();
    for (const at of skipStars(tokens, reached)) {
      const token = tokens[at];
      if (token !== undefined && accepts(token, char)) {
        next.add(token.kind === "many" || token.kind === "all" ? at : at + 1);
      }
    }
    reached = next;
  }
  return skipStars(tokens, reached).has(tokens.length);
}

/** A star may stand for nothing: what follows it is reached as well. */
function skipStars(tokens: readonly Token[], reached: ReadonlySet<number>): Set<number> {
  const all = new Set(reached);
  for (const at of all) {
    const kind = tokens[at]?.kind;
    if (kind === "many" || kind === "all") {
      all.add(at + 1);
    }
  }
  return all;
}

function accepts(token: Token, char: string): boolean {
  switch (token.kind) {
    case "char":
      return token.char === char;
    case "set":
      return char !== "/" && token.set.test(char);
    case "all":
      return true;
    default:
      return char !== "/";
  }
}
