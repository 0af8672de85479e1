/** Says whether one character may stand at this place; "star" stands for any number of any characters. */
type Token = "star" | ((char: string) => boolean);

/**
 * Compiles a shell pattern (`*`, `?`, `[a-z]`, `[!a-z]`) to a test of whole names, case-sensitive. As for Python's
 * fnmatch, no character is special in the name, and a bracket that is never closed stands for itself.
 */
export function shellPattern(pattern: string): (name: string) => boolean {
  const tokens = tokenise([...pattern]);
  return (name) => matches(tokens, [...name]);
}

function tokenise(chars: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at];
    const end = char === "[" ? closingBracket(chars, at) : -1;
    if (char === "*") {
      tokens.push("star");
    } else if (char === "?") {
      tokens.push(() => true);
    } else if (end !== -1) {
      tokens.push(charClass(chars.slice(at + 1, end)));
      at = end;
    } else {
      tokens.push((other) => other === char);
    }
  }
  return tokens;
}

/** A bracket that comes first in a class, or first after `!`, is a member of it. */
function closingBracket(chars: readonly string[], open: number): number {
  return chars.indexOf("]", open + (chars[open + 1] === "!" ? 3 : 2));
}

function charClass(members: readonly string[]): (char: string) => boolean {
  const negated = members[0] === "!";
  const ranges: [low: string, high: string][] = [];
  for (let at = negated ? 1 : 0; at < members.length; at += 1) {
    const low = members[at] ?? "";
    const high = members[at + 1] === "-" ? members[at + 2] : undefined;
    ranges.push([low, high ?? low]);
    at += high === undefined ? 0 : 2;
  }
  return (char) =>
    ranges.some(([low, high]) => codeOf(low) <= codeOf(char) && codeOf(char) <= codeOf(high)) !== negated;
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}

/** After a mismatch only the latest star has to take one more character, so no pattern is slow. */
function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    const wanted = tokens[token];
    if (wanted === "star") {
      star = token;
      starAt = at;
      token += 1;
    } else if (wanted?.(name[at] ?? "")) {
      token += 1;
      at += 1;
    } else if (star !== -1) {
      starAt += 1;
      at = starAt;
      token = star + 1;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === "star");
}
