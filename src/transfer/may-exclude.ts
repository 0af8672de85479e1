import { type BytePath, bytePathFromText } from "../path/byte-path.ts";
import { type Filters, withTrailingSlash } from "./rsync-args.ts";

/**
 * Whether some pattern may leave out a path of a source, or a folder above it in the source. Only rsync can say whether
 * it does; but where this says no, rsync takes the path.
 */
export function mayExclude({ excludedRoots, exclude }: Filters, source: string): (path: BytePath) => boolean {
  const top = bytePathFromText(withTrailingSlash(source));
  const expressions = [
    ...excludedRoots.filter((pattern) => reachesInto(pattern, top)).map((pattern) => `^${expressionOf(pattern)}`),
    ...exclude.map(withoutSign).map((pattern) => `${placeOf(pattern, top)}${expressionOf(pattern)}`),
  ];
  if (expressions.length === 0) {
    return () => false;
  }
  const any = new RegExp(`(?:${expressions.join("|")})(?:/|$)`, "s");
  return (path) => any.test(top + path);
}

/** A pattern with no more names than the top has can only match what is above it, or the top itself: rsync takes that. */
function reachesInto(pattern: string, top: BytePath): boolean {
  const count = (path: string) => path.split("/").filter((name) => name !== "").length;
  return hasClass(pattern) || pattern.includes("**") || count(pattern) > count(top);
}

/** rsync takes a sign in front of a pattern. One that includes leaves less out, so it does no harm here. */
function withoutSign(pattern: string): string {
  return pattern.replace(/^[-+] /, "");
}

/** A pattern that begins with a slash begins at the top, any other in any folder. */
function placeOf(pattern: string, top: BytePath): string {
  return pattern.startsWith("/") ? `^${literally(top.slice(0, -1))}` : "/";
}

/** Matches all that the pattern matches, and perhaps more. */
function expressionOf(pattern: string): string {
  const bytes = bytePathFromText(pattern.replace(/\/+$/, ""));
  return hasClass(bytes) ? ".*" : bytes.replace(/\*+|\?|[^*?]+/g, expressionOfPart);
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
  return part.startsWith("*") ? ".*" : literally(part);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
