import { join } from "node:path";
import { safeParse } from "valibot";
import type { KeyRule } from "../../config/rule.ts";
import { findKey, findSection, type KeyPath } from "../../config/schema.ts";

/** What the new profile says, each value as one writes it in bakup.conf. */
export type Settings = ReadonlyMap<KeyPath, readonly string[]>;

/** The rule of a key. */
export function ruleOf(path: KeyPath): KeyRule {
  const [section = "", key = ""] = path.split(".");
  const rule = findKey(findSection(section) ?? { description: "", keys: {} }, key);
  if (rule === undefined) {
    throw new Error(`there is no key ${path}`);
  }
  return rule;
}

/** Why a key cannot have this value, to stand behind its name ("must be …"); undefined when it can. */
export function problemOf(path: KeyPath, value: string): string | undefined {
  if (value === "") {
    return "must not be empty";
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line of the file can hold none of them
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) {
    return "must not hold control characters, such as the end of a line";
  }
  const result = safeParse(ruleOf(path).schema, value);
  return result.success ? undefined : result.issues[0].message;
}

/** The mirror of a profile in a folder that holds backups of several. */
export function mirrorIn(folder: string, name: string): string {
  return join(folder, name, "latest");
}
