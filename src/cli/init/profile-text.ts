import type { KeyRule } from "../../config/rule.ts";
import { type KeyPath, SCHEMA } from "../../config/schema.ts";
import { quote } from "../../config/value-syntax.ts";
import { DEFAULT_ROTATION_SCHEME } from "../../retention/scheme.ts";
import type { Settings } from "./settings.ts";

/** Keys that most people will want to look at one day: their defaults stand in the file as comments. */
const OFFERED: readonly KeyPath[] = [
  "source.exclude",
  "schedule.timer_arg",
  "rotation.hourly",
  "rotation.daily",
  "rotation.weekly",
  "rotation.monthly",
  "watch.absence",
  "notifications.mail",
];

/** The text of a profile: what is set, each key with what it means, and the defaults of some more. Pure. */
export function profileText(name: string, settings: Settings): string {
  const sections = Object.entries(SCHEMA).flatMap(([section, { keys }]) => {
    const parts = Object.entries<KeyRule>(keys).flatMap(([key, rule]) => part(section, [key, rule], settings));
    return parts.length === 0 ? [] : [`[${section}]\n${parts.join("\n")}`];
  });
  return `; The profile ${name}, made by bakup init. man 5 bakup.conf explains every key.
; Lines that begin with ";" and a word are settings with their defaults: remove the ";" to change one.
; After a change: bakup check

${sections.join("\n\n")}
`;
}

function part(section: string, [key, rule]: [string, KeyRule], settings: Settings): string[] {
  const path = `${section}.${key}` as KeyPath;
  const values = settings.get(path);
  const written = rule.repeats === true ? `${key}[]` : key;
  if (values !== undefined) {
    return [`; ${rule.description}`, ...values.map((value) => `${written} = ${quote(value)}`)];
  }
  const isOtherScheme = section === "rotation" && [...settings.keys()].some((each) => each.startsWith("rotation."));
  return OFFERED.includes(path) && !isOtherScheme
    ? [`; ${rule.description}`, ...defaultsOf(path, rule).map((value) => `;${written} = ${quote(value)}`)]
    : [];
}

/** What applies when the key is absent; an example where that is no text that one would write. */
function defaultsOf(path: KeyPath, { default: written, example }: KeyRule): readonly string[] {
  const frequency = /^rotation\.(hourly|daily|weekly|monthly)$/.exec(path)?.[1] as
    | keyof typeof DEFAULT_ROTATION_SCHEME
    | undefined;
  if (frequency !== undefined) {
    return [String(DEFAULT_ROTATION_SCHEME[frequency])];
  }
  return typeof written === "object" && written.length > 0 ? written : [example];
}
