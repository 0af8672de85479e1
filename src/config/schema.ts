import type { InferOutput } from "valibot";
import { FREQUENCIES } from "../retention/scheme.ts";
import type { KeyRule, SectionRule } from "./rule.ts";
import { callback } from "./sections/callback.ts";
import { command } from "./sections/command.ts";
import { conditions } from "./sections/conditions.ts";
import { destination } from "./sections/destination.ts";
import { disk } from "./sections/disk.ts";
import { metrics } from "./sections/metrics.ts";
import { notifications } from "./sections/notifications.ts";
import { ntfy } from "./sections/ntfy.ts";
import { ping } from "./sections/ping.ts";
import { profile } from "./sections/profile.ts";
import { rotation } from "./sections/rotation.ts";
import { schedule } from "./sections/schedule.ts";
import { snapshot } from "./sections/snapshot.ts";
import { source } from "./sections/source.ts";
import { transfer } from "./sections/transfer.ts";
import { watch } from "./sections/watch.ts";
import { webhook } from "./sections/webhook.ts";

/** Every section that a configuration file may hold, in the order of bakup.conf(5). */
export const SCHEMA = {
  profile,
  source,
  destination,
  disk,
  schedule,
  conditions,
  snapshot,
  rotation,
  transfer,
  callback,
  watch,
  notifications,
  ping,
  ntfy,
  webhook,
  command,
  metrics,
} as const satisfies Readonly<Record<string, SectionRule>>;

type Schema = typeof SCHEMA;

type ValueOf<Rule extends KeyRule> = Rule extends { repeats: true }
  ? InferOutput<Rule["schema"]>[]
  : Rule extends { default: string }
    ? InferOutput<Rule["schema"]>
    : InferOutput<Rule["schema"]> | undefined;

/** The typed value of every key. */
export type Settings = {
  [Section in keyof Schema]: {
    [Key in keyof Schema[Section]["keys"]]: Schema[Section]["keys"][Key] extends KeyRule
      ? ValueOf<Schema[Section]["keys"][Key]>
      : never;
  };
};

/** "section.key" of every key there is. */
export type KeyPath = {
  [Section in keyof Schema]: `${Section}.${keyof Schema[Section]["keys"] & string}`;
}[keyof Schema];

/** The keys that form one set: a file that gives any of them replaces all of them. */
export const FREQUENCY_PATHS: readonly KeyPath[] = FREQUENCIES.map((name) => `rotation.${name}` as const);

/** The rule of a section, if there is one of this name. */
export function findSection(name: string): SectionRule | undefined {
  const sections: Readonly<Record<string, SectionRule>> = SCHEMA;
  return Object.hasOwn(sections, name) ? sections[name] : undefined;
}

/** The rule of a key in a section, if there is one of this name. */
export function findKey(section: SectionRule, name: string): KeyRule | undefined {
  return Object.hasOwn(section.keys, name) ? section.keys[name] : undefined;
}
