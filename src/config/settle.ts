import { parse } from "valibot";
import type { CheckedFile, Given } from "./check.ts";
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
  const layerOfFrequencies = layers.find((layer) => FREQUENCY_PATHS.some((path) => layer.given.has(path)));
  const find = (path: KeyPath): { layer: CheckedFile; given: Given } | undefined => {
    const isFrequency = FREQUENCY_PATHS.includes(path);
    const layer = isFrequency ? layerOfFrequencies : layers.find((candidate) => candidate.given.has(path));
    const given = layer?.given.get(path);
    return layer === undefined || given === undefined ? undefined : { layer, given };
  };
  return {
    settings: collect((path, rule) => {
      const given = find(path)?.given;
      if (given === undefined || given.broken) {
        return defaultOf(rule);
      }
      return rule.repeats === true ? given.values : given.values[0];
    }),
    isGiven: (path) => find(path) !== undefined,
    isSound: (path) => find(path)?.given.broken !== true,
    placeOf: (path, index = 0) => {
      const found = find(path);
      if (found !== undefined) {
        return { file: found.layer.file, line: found.given.lines[index] ?? found.given.lines[0] ?? 1 };
      }
      const [section = ""] = path.split(".");
      return { file: layers[0].file, line: layers[0].sections.get(section) ?? 1 };
    },
  };
}

function collect(read: (path: KeyPath, rule: KeyRule) => unknown): Settings {
  const settings: Record<string, Record<string, unknown>> = {};
  for (const [section, { keys }] of Object.entries(SCHEMA)) {
    const values: Record<string, unknown> = {};
    for (const [key, rule] of Object.entries<KeyRule>(keys)) {
      values[key] = read(`${section}.${key}` as KeyPath, rule);
    }
    settings[section] = values;
  }
  return settings as unknown as Settings;
}

function defaultOf(rule: KeyRule): unknown {
  const written = rule.default;
  if (written === undefined || typeof written === "string") {
    return written === undefined ? undefined : parse(rule.schema, written);
  }
  return written.map((value) => parse(rule.schema, value));
}
