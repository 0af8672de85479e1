import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Tests that show something: by file, their titles, in which a `*` stands for what varies. */
export type Shown = Readonly<Record<string, readonly string[]>>;

/** Whether a title, or the pattern that a source has for several titles, is what another pattern asks for. */
export function isTitle(title: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(title);
}

/** The titles of the tests in a file, and in those beside it that it imports; what is put in at run time is a `*`. */
export function titlesIn(file: string): string[] {
  const source = readFileSync(file, "utf8");
  const beside = [...source.matchAll(/ from "(\.\/[^"]+)";/g)].map(([, name = ""]) => join(dirname(file), name));
  return [source, ...beside.filter(existsSync).map((name) => readFileSync(name, "utf8"))].flatMap(titlesOf);
}

function titlesOf(source: string): string[] {
  return [...source.matchAll(/\btest\(\s*(["`])/g)].map(({ index, 0: start, 1: quote = "" }) =>
    literalAt(source, index + start.length, quote),
  );
}

/** The text of a literal that begins at an index, up to its closing quote. */
function literalAt(source: string, begin: number, quote: string): string {
  let text = "";
  for (let index = begin; index < source.length && source[index] !== quote; index += 1) {
    if (source[index] === "\\") {
      index += 1;
      text += source[index];
    } else if (quote === "`" && source.startsWith("${", index)) {
      index = endOfInsertion(source, index);
      text += "*";
    } else {
      text += source[index];
    }
  }
  return text;
}

/** The index of the brace that closes what is put in, whatever braces are within. */
function endOfInsertion(source: string, begin: number): number {
  let depth = 0;
  for (let index = begin; index < source.length; index += 1) {
    depth += source[index] === "{" ? 1 : source[index] === "}" ? -1 : 0;
    if (depth === 0 && index > begin + 1) {
      return index;
    }
  }
  return source.length;
}
