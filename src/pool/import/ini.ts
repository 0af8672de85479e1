import { quote } from "../../config/value-syntax.ts";

/** One section of a pool.conf that is being written. */
export interface IniSection {
  title: string;
  /** In this order; a list is written as `key[]`, and what is undefined is left out. */
  keys: readonly (readonly [key: string, value: string | readonly string[] | undefined])[];
}

/** The text of a configuration file. Pure. */
export function formatIni(sections: readonly IniSection[]): string {
  return sections.map((section) => [`[${section.title}]`, ...section.keys.flatMap(lines)].join("\n")).join("\n\n");
}

function lines([key, value]: IniSection["keys"][number]): string[] {
  if (value === undefined) {
    return [];
  }
  return typeof value === "string" ? [`${key} = ${quote(value)}`] : value.map((each) => `${key}[] = ${quote(each)}`);
}

/** Gives out names of sections that are made of a text, each only once. */
export function createTitles(): (prefix: string, text: string) => string {
  const used = new Set<string>();
  return (prefix, text) => {
    const word = text.replace(/[^A-Za-z0-9_]+/g, "-").replace(/^-+|-+$/g, "") || "root";
    const candidates = [word, ...Array.from({ length: used.size + 1 }, (_, index) => `${word}-${index + 2}`)];
    const title = candidates.map((name) => `${prefix}-${name}`).find((name) => !used.has(name)) ?? prefix;
    used.add(title);
    return title;
  };
}
