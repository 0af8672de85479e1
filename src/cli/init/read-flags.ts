import type { KeyPath } from "../../config/schema.ts";
import { isPlainName } from "../../config/value-types.ts";
import { UsageError } from "../../errors/errors.ts";
import { parseKeepOption } from "../../retention/scheme.ts";
import type { InitCommandOptions } from "../commands/init.ts";
import { problemOf, type Settings } from "./settings.ts";

/** The options that stand for one key each. */
const KEYS = {
  source: "source.path",
  exclude: "source.exclude",
  location: "destination.location",
  passwordFile: "destination.password_file",
  crypto: "disk.crypto",
  device: "disk.device",
  mount: "disk.mount",
  key: "disk.key",
  timerArg: "schedule.timer_arg",
} as const satisfies Partial<Record<keyof InitCommandOptions, KeyPath>>;

/**
 * What the options say of the profile, checked as the configuration's values are. Pure.
 * @throws UsageError for the first that cannot be.
 */
export function readFlags(options: InitCommandOptions): Settings {
  const settings = new Map<KeyPath, readonly string[]>();
  for (const [option, path] of Object.entries(KEYS) as [keyof typeof KEYS, KeyPath][]) {
    const values = [options[option] ?? []].flat();
    for (const value of values) {
      const problem = problemOf(path, value);
      if (problem !== undefined) {
        throw new UsageError(`${flagOf(option)} ${problem}`);
      }
    }
    if (values.length > 0) {
      settings.set(path, values);
    }
  }
  if (options.whenPlugged === true) {
    settings.set("schedule.when_plugged", ["yes"]);
  }
  for (const text of options.keep ?? []) {
    const [path, value] = readKeep(text);
    settings.set(path, [value]);
  }
  refuseNonsense(settings);
  return settings;
}

/** "daily=7" as a key and its value. @throws UsageError */
export function readKeep(text: string): [path: KeyPath, value: string] {
  const keep = parseKeepOption(text);
  if (keep === undefined) {
    throw new UsageError(`--keep ${text} is not a frequency and a count`, {
      hint: "write it as daily=7 or monthly=always; frequencies: minutely, hourly, daily, weekly, monthly, yearly",
    });
  }
  return [`rotation.${keep.frequency}`, String(keep.count)];
}

/** @throws UsageError for what cannot be the name of a profile. */
export function requireName(name: string): string {
  if (!isPlainName(name)) {
    throw new UsageError(`"${name}" cannot be the name of a profile`, { hint: NAME_FORM });
  }
  return name;
}

export const NAME_FORM = "letters, digits, . _ and - only, without . or - in front, such as laptop";

function refuseNonsense(settings: Settings): void {
  const both = (one: KeyPath, other: KeyPath) => settings.has(one) && settings.has(other);
  if (both("disk.crypto", "disk.device")) {
    throw new UsageError("--crypto and --device both name the disk; one is too many");
  }
  if (settings.has("disk.key") && !settings.has("disk.crypto")) {
    throw new UsageError("--key opens an encrypted disk, and none is named", { hint: "name it with --crypto" });
  }
}

function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
