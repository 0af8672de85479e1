import { type BytePath, bytePathFromText } from "../path/byte-path.ts";
import { literally } from "./index/pruned.ts";
import { type Filters, withTrailingSlash } from "./rsync-args.ts";

/**
 * Whether some pattern may leave out a path of a source, or a folder above it in the source. Only rsync can say whether
 * it does; but where this says no, rsync takes the path.
 */
export function mayExclude({ excludedRoots, exclude }: Filters, source: string): (path: BytePath) => boolean {
  const top = bytePathFromText(withTrailingSlash(source));
  const ofWholePaths = matchAny(excludedRoots.filter((pattern) => reachesInto(pattern, top)));
  const ofPathsInside = matchAny(exclude.map(withoutSign));
  return (path) => ofWholePaths(top + path) || ofPathsInside(`/${path}`);
}

function matchAny(patterns: readonly string[]): (path: string) => boolean {
  const any = new RegExp(`(?:${patterns.map(expressionOf).join("|")})(?:/|$)`, "s");
  return patterns.length === 0 ? () => false : (path) => any.test(path);
}

/** A pattern with no more names than the top has can only match what is above it, or the top itself: rsync takes that. */
function reachesInto(pattern: string, top: BytePath): boolean {
  const count = (path: string) => path.split("/").filter((name) => name !== "").length;
  return !isAnchored(pattern) || hasClass(pattern) || pattern.includes("**") || count(pattern) > count(top);
}

/** rsync takes a sign in front of a pattern. One that includes leaves less out, so it does no harm here. */
function withoutSign(pattern: string): string {
  return pattern.replace(/^[-+] /, "");
}

/** Matches all that the pattern matches, and perhaps more. */
function expressionOf(pattern: string): string {
  const bytes = bytePathFromText(pattern.replace(/\/+$/, ""));
  const names = hasClass(bytes) ? ".*" : bytes.replace(/\*{2,}\/?|\*|\?|[^*?]+/g, expressionOfPart);
  return `${isAnchored(pattern) ? "^" : "/"}${names}`;
}

/** Any other begins in any folder. */
function isAnchored(pattern: string): boolean {
  return pattern.startsWith("/");
}

/** What rsync alone knows to read: a class of characters, or one that is escaped. */
function hasClass(pattern: string): boolean {
  return /[[\]\\]/.test(pattern);
}

function expressionOfPart(part: string): string {
  if (part === "*") {
    return "[^/]*";
  }
  if (part === "?") {
    return "[^/]+";
  }
  if (part.startsWith("**")) {
    // Two stars and a slash match no folder, too.
    return part.endsWith("/") ? "(?:.*/)?" : ".*";
  }
  return literally(part);
}
