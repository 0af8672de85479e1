import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { formatComplaint } from "../../config/complaint.ts";
import { defaultConfigFile } from "../../config/default-file.ts";
import { createLookups } from "../../config/file-system.ts";
import { loadConfiguration, readProfileIds } from "../../config/load.ts";
import type { KeyPath } from "../../config/schema.ts";
import { isPlainName } from "../../config/value-types.ts";
import { UsageError } from "../../errors/errors.ts";
import { EXIT, type ExitCode } from "../../errors/exit-codes.ts";
import { openQuestions, type Questions } from "../ask.ts";
import type { InitCommandOptions } from "../commands/init.ts";
import { configurationError } from "../configuration.ts";
import { print, printNote } from "../output.ts";
import { askSettings } from "./ask-settings.ts";
import { finish } from "./finish.ts";
import { leaveOutStore } from "./leave-out-store.ts";
import { profileText } from "./profile-text.ts";
import { NAME_FORM, readFlags, requireName } from "./read-flags.ts";
import { mirrorIn, type Settings } from "./settings.ts";
import { whyNoTimer } from "./timers.ts";
import { profileFile, refuseExisting, writeNewFiles } from "./write-profile.ts";

const MAIN_TEXT = `; What the profiles in profiles.d share. man 5 bakup.conf explains every key.
`;

/**
 * `bakup init`: a new profile from answers and options, checked before it is written. Until then nothing is changed.
 * @returns the exit code of the dry run, when that is not 0.
 */
export async function makeProfile(name: string | undefined, options: InitCommandOptions): Promise<ExitCode> {
  const config = resolve(options.config ?? defaultConfigFile());
  const given = readFlags(options);
  const noTimer = whyNoTimer(config);
  if (options.enableTimer === true && noTimer !== undefined) {
    throw new UsageError(`--enable-timer cannot be done: ${noTimer}`);
  }
  const isAsking = process.stdin.isTTY === true && process.stderr.isTTY === true && options.yes !== true;
  const questions = isAsking ? openQuestions() : undefined;
  const draft = await draftProfile({ config, name, given, questions });
  if (options.dryRun === true) {
    print(draft.text.trimEnd());
    return EXIT.done;
  }
  questions?.say(`\n${draft.text}`);
  if (questions !== undefined && !(await questions.confirm(`Write this to ${draft.file}?`, true))) {
    printNote("nothing was written");
    return EXIT.failed;
  }
  writeNewFiles(draft.texts);
  print(`written: ${draft.file}`);
  return await finish({ name: draft.name, config, options, questions, noTimer });
}

interface Draft {
  name: string;
  file: string;
  text: string;
  /** All that is to be written, by path. */
  texts: ReadonlyMap<string, string>;
}

interface Wishes {
  config: string;
  name: string | undefined;
  given: Settings;
  /** Absent where nobody can be asked. */
  questions: Questions | undefined;
}

/** @throws UsageError when something is missing and nobody can be asked, ConfigurationError for what cannot work. */
async function draftProfile({ config, name: wanted, given, questions }: Wishes): Promise<Draft> {
  if (questions === undefined) {
    requireAll(wanted, given);
  }
  const name = requireName(wanted ?? (await askName(config, questions)));
  const file = profileFile(config, name);
  refuseExisting(file);
  const known = withDefaultLocation(name, given);
  const settings = questions === undefined ? withDefaults(known) : await askSettings(name, known, questions);
  const whole = new Map<KeyPath, readonly string[]>([
    ["profile.id", [freeId(config)]],
    ...leaveOutStore(settings, createLookups()),
  ]);
  const text = profileText(name, whole);
  const texts = new Map([...(existsSync(config) ? [] : [[config, MAIN_TEXT] as const]), [file, text]]);
  check(config, name, texts);
  return { name, file, text, texts };
}

function withDefaultLocation(name: string, given: Settings): Settings {
  const [mount] = given.get("disk.mount") ?? [];
  return mount === undefined || given.has("destination.location")
    ? given
    : new Map<KeyPath, readonly string[]>([...given, ["destination.location", [mirrorIn(mount, name)]]]);
}

function withDefaults(given: Settings): Settings {
  return new Map<KeyPath, readonly string[]>([["source.path", ["/"]], ...given]);
}

function requireAll(name: string | undefined, given: Settings): void {
  const missing = [
    ...(name === undefined ? ["NAME"] : []),
    ...(given.has("destination.location") || given.has("disk.mount") ? [] : ["--location"]),
  ];
  if (missing.length > 0) {
    throw new UsageError(`nobody can be asked, and ${missing.join(" and ")} must be given`, {
      hint: "as in: bakup init laptop --source / --location /mnt/backup/laptop/latest",
    });
  }
}

async function askName(config: string, questions: Questions | undefined): Promise<string> {
  const [host = ""] = hostname().split(".");
  const isFree = (name: string) => !existsSync(profileFile(config, name));
  const initial = isPlainName(host) && isFree(host) ? { initial: host } : {};
  return (
    (await questions?.text("What is the profile called?", {
      ...initial,
      problemOf: (text) =>
        isPlainName(text) ? (isFree(text) ? undefined : `there is a profile ${text} already`) : NAME_FORM,
    })) ?? ""
  );
}

function freeId(config: string): string {
  const ids = readProfileIds(config).map(Number);
  return String(Math.max(0, ...ids) + 1);
}

/** As `bakup check` does; other profiles' mistakes are told, and keep nothing from being written. */
function check(config: string, name: string, drafts: ReadonlyMap<string, string>): void {
  const result = loadConfiguration({ file: config, profiles: [name], drafts });
  if (!result.ok) {
    throw configurationError(result);
  }
  for (const warning of result.warnings) {
    printNote(`bakup: warning: ${formatComplaint(warning)}`);
  }
}
