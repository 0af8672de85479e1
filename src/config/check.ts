import { safeParse } from "valibot";
import type { Complaint } from "./complaint.ts";
import type { KeyRule, SectionRule } from "./rule.ts";
import type { Entry, Scan } from "./scan.ts";
import { findKey, findSection, SCHEMA } from "./schema.ts";
import { didYouMean } from "./suggestion.ts";

/** What a file says about one key. */
export interface Given {
  lines: number[];
  /** Converted; one value, unless the key repeats. */
  values: unknown[];
  /** Some of it could not be read; there is a complaint about it. */
  broken: boolean;
}

/** One file's settings, checked key by key. */
export interface CheckedFile {
  file: string;
  sections: ReadonlyMap<string, number>;
  /** By "section.key". */
  given: ReadonlyMap<string, Given>;
  complaints: Complaint[];
}

/** The sections that a kind of file may hold. */
export interface SectionTable {
  /** As people write them. */
  names: readonly string[];
  find(name: string): SectionRule | undefined;
}

const PROFILE_SECTIONS: SectionTable = { names: Object.keys(SCHEMA), find: findSection };

/** Holds what the scanner found against the rules: unknown names, wrong forms, wrong values. */
export function checkFile(scan: Scan, table: SectionTable = PROFILE_SECTIONS): CheckedFile {
  const complaints = [...scan.complaints, ...findUnknownSections(scan, table)];
  const given = new Map<string, Given>();
  for (const entry of scan.entries) {
    const section = table.find(entry.section);
    if (section === undefined) {
      continue;
    }
    const rule = findKey(section, entry.key);
    const problem = findKeyProblem(entry, section, table) ?? record(given, entry, rule);
    if (problem !== undefined && rule !== undefined) {
      const path = `${entry.section}.${entry.key}`;
      given.set(path, { values: [], lines: [entry.line], ...given.get(path), broken: true });
    }
    if (problem !== undefined) {
      complaints.push({ file: scan.file, line: entry.line, message: problem });
    }
  }
  return { file: scan.file, sections: scan.sections, given, complaints };
}

function findUnknownSections({ file, sections }: Scan, { names, find }: SectionTable): Complaint[] {
  return [...sections]
    .filter(([name]) => find(name) === undefined)
    .map(([name, line]) => ({ file, line, message: `there is no section [${name}]${didYouMean(name, names)}` }));
}

function findKeyProblem({ section, key, repeated }: Entry, sectionRule: SectionRule, { names, find }: SectionTable) {
  const rule = findKey(sectionRule, key);
  if (rule === undefined) {
    const home = names.find((name) => Object.hasOwn(find(name)?.keys ?? {}, key));
    const suggestion = didYouMean(key, Object.keys(sectionRule.keys));
    return `[${section}] has no key ${key}${suggestion || (home === undefined ? "" : `; it belongs in [${home}]`)}`;
  }
  if (repeated && rule.repeats !== true) {
    return `${key} takes one value only; write ${key} = VALUE without the []`;
  }
  return !repeated && rule.repeats === true ? `${key} may be given several times; write ${key}[] = VALUE` : undefined;
}

/** Notes the entry's value; gives back what is wrong with it. */
function record(
  given: Map<string, Given>,
  { section, key, repeated, line, text }: Entry,
  rule: KeyRule | undefined,
): string | undefined {
  const path = `${section}.${key}`;
  const noted = given.get(path) ?? { lines: [], values: [], broken: false };
  given.set(path, noted);
  noted.lines.push(line);
  if (rule === undefined || text === undefined) {
    noted.broken = true;
    return undefined;
  }
  const result = safeParse(rule.schema, text);
  if (!result.success) {
    return `${repeated ? `${key}[]` : key} ${result.issues[0].message}`;
  }
  noted.values.push(result.output);
  return undefined;
}
