import { parse } from "valibot";
import type { CheckedFile } from "./check.ts";
import type { KeyRule } from "./rule.ts";
import { FREQUENCY_PATHS, type KeyPath, SCHEMA, type Settings } from "./schema.ts";

/** Where something stands in the configuration. */
export interface Place {
  file: string;
  line: number;
}

/** The settings of one profile, and where each of them comes from. */
export interface Settled {
  settings: Settings;
  /** Whether the key is given in one of the files. */
  isGiven(path: KeyPath): boolean;
  /** Whether the key's value is what the user meant: it is well written, or absent. */
  isSound(path: KeyPath): boolean;
  /** The line of a key (of its nth value), else of its section, else the first line of the profile's file. */
  placeOf(path: KeyPath, index?: number): Place;
}

/**
 * Merges files, the one that wins first. A list in it replaces a later file's list, and so do the rotation
 * frequencies as a set. Defaults fill the rest, and stand in for values that are broken.
 */
export function settle(layers: readonly [CheckedFile, ...CheckedFile[]]): Settled {
  const givers = findGivers(layers);
  const find = (path: KeyPath) => givers.get(path)?.given.get(path);
  return {
    settings: collect(givers),
    isGiven: (path) => givers.has(path),
    isSound: (path) => find(path)?.broken !== true,
    placeOf: (path, index = 0) => {
      const giver = givers.get(path);
      if (giver !== undefined) {
        const lines = find(path)?.lines ?? [];
        return { file: giver.file, line: lines[index] ?? lines[0] ?? 1 };
      }
      const [section = ""] = path.split(".");
      return { file: layers[0].file, line: layers[0].sections.get(section) ?? 1 };
    },
  };
}

/** By "section.key": the file whose word counts. */
function findGivers(layers: readonly CheckedFile[]): Map<string, CheckedFile> {
  const givers = new Map<string, CheckedFile>();
  const giverOfFrequencies = layers.find(({ given }) => FREQUENCY_PATHS.some((path) => given.has(path)));
  for (const layer of layers) {
    for (const path of layer.given.keys()) {
      const isHidden = layer !== giverOfFrequencies && FREQUENCIES.has(path);
      if (!isHidden && !givers.has(path)) {
        givers.set(path, layer);
      }
    }
  }
  return givers;
}

const FREQUENCIES: ReadonlySet<string> = new Set(FREQUENCY_PATHS);

interface Key {
  section: string;
  name: string;
  rule: KeyRule;
}

const KEYS: ReadonlyMap<string, Key> = new Map(
  Object.entries(SCHEMA).flatMap(([section, { keys }]) =>
    Object.entries<KeyRule>(keys).map(([name, rule]) => [`${section}.${name}`, { section, name, rule }] as const),
  ),
);

type Values = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What applies where no file says anything, worked out once: thousands of profiles may share it. */
let defaults: Values | undefined;

/** The defaults, and over them what is given for some of the keys. */
function collect(givers: ReadonlyMap<string, CheckedFile>): Settings {
  defaults ??= collectDefaults();
  const own: Record<string, Record<string, unknown>> = {};
  for (const [path, giver] of givers) {
    const given = giver.given.get(path);
    const key = KEYS.get(path);
    if (given !== undefined && !given.broken && key !== undefined) {
      const section = own[key.section] ?? { ...defaults[key.section] };
      section[key.name] = key.rule.repeats === true ? given.values : given.values[0];
      own[key.section] = section;
    }
  }
  return { ...defaults, ...own } as unknown as Settings;
}

function collectDefaults(): Values {
  const values: Record<string, Record<string, unknown>> = {};
  for (const { section, name, rule } of KEYS.values()) {
    values[section] = { ...values[section], [name]: defaultOf(rule) };
  }
  return values;
}

function defaultOf(rule: KeyRule): unknown {
  const written = rule.default;
  if (written === undefined || typeof written === "string") {
    return written === undefined ? undefined : parse(rule.schema, written);
  }
  return Object.freeze(written.map((value) => parse(rule.schema, value)));
}
