import { parse } from "valibot";
import type { CheckedFile } from "../../config/check.ts";
import type { Complaint } from "../../config/complaint.ts";
import { camelCase, type PoolKeyRule, type SectionValues } from "./rule.ts";
import { familyOf, POOL_SECTIONS, type PoolSections } from "./sections.ts";

/** One section of a file, typed. */
export interface ReadSection<Family extends keyof PoolSections> {
  /** As written between the brackets. */
  title: string;
  /** "web" of [peer-web]. */
  own: string;
  values: SectionValues<PoolSections[Family]>;
  /** A complaint about a key, or about the section when the key is absent. */
  complain(key: string, message: string): Complaint;
}

export interface Sections {
  /** In the order of the file; without those that lack a required key or have a broken one. */
  all<Family extends keyof PoolSections>(family: Family): ReadSection<Family>[];
  /** The only one of its kind. */
  one<Family extends keyof PoolSections>(family: Family): ReadSection<Family> | undefined;
  /** The section as if it were in the file without any key. */
  defaults<Family extends keyof PoolSections>(family: Family): SectionValues<PoolSections[Family]>;
  /** Whether the file has such a section, broken or not. */
  has(family: keyof PoolSections): boolean;
}

/** The sections of a checked file with their defaults, and complaints about required keys that are absent. */
export function readSections(checked: CheckedFile): { sections: Sections; complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const found = new Map<keyof PoolSections, ReadSection<never>[]>();
  const titles = new Set<keyof PoolSections>();
  for (const [title, line] of checked.sections) {
    const place = familyOf(title);
    if (place === undefined) {
      continue;
    }
    titles.add(place.family);
    const missing = missingKeys(checked, title, place.family);
    complaints.push(...missing.map((key) => ({ file: checked.file, line, message: `[${title}] lacks ${key}` })));
    if (missing.length === 0 && !hasBrokenKey(checked, title)) {
      const section = { title, own: place.own, ...contentOf(checked, title, place.family) };
      found.set(place.family, [...(found.get(place.family) ?? []), section as unknown as ReadSection<never>]);
    }
  }
  const sections: Sections = {
    all: (family) => (found.get(family) ?? []) as unknown as ReadSection<typeof family>[],
    one: (family) => found.get(family)?.[0] as unknown as ReadSection<typeof family> | undefined,
    defaults: (family) => contentOf({ ...checked, given: new Map() }, "", family).values as never,
    has: (family) => titles.has(family),
  };
  return { sections, complaints };
}

function rulesOf(family: keyof PoolSections): [key: string, rule: PoolKeyRule][] {
  return Object.entries<PoolKeyRule>(POOL_SECTIONS[family].keys);
}

function missingKeys(checked: CheckedFile, title: string, family: keyof PoolSections): string[] {
  return rulesOf(family)
    .filter(([key, rule]) => rule.required === true && !checked.given.has(`${title}.${key}`))
    .map(([key]) => key);
}

function hasBrokenKey(checked: CheckedFile, title: string): boolean {
  return [...checked.given].some(([path, { broken }]) => broken && path.startsWith(`${title}.`));
}

function contentOf(checked: CheckedFile, title: string, family: keyof PoolSections) {
  const values = rulesOf(family).map(([key, rule]): [string, unknown] => {
    const given = checked.given.get(`${title}.${key}`);
    const value = given === undefined ? defaultOf(rule) : rule.repeats === true ? given.values : given.values[0];
    return [camelCase(key), value];
  });
  return {
    values: Object.fromEntries(values),
    complain: (key: string, message: string): Complaint => {
      const line = checked.given.get(`${title}.${key}`)?.lines[0] ?? checked.sections.get(title) ?? 0;
      return { file: checked.file, line, message };
    },
  };
}

function defaultOf({ default: written, schema }: PoolKeyRule): unknown {
  return written === undefined || typeof written === "string"
    ? written === undefined
      ? undefined
      : parse(schema, written)
    : written.map((value) => parse(schema, value));
}
