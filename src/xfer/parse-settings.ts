import { type CheckedFile, checkFile } from "../config/check.ts";
import { type Complaint, formatComplaint, sortComplaints } from "../config/complaint.ts";
import { buildProfile } from "../config/profile.ts";
import { type Entry, type Scan, scan } from "../config/scan.ts";
import { SCHEMA } from "../config/schema.ts";
import { settle } from "../config/settle.ts";
import { didYouMean } from "../config/suggestion.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { lintTimerArgs } from "../schedule/lint.ts";
import type { ModuleSettings } from "./settings.ts";

/** The section that applies to all modules. */
const DEFAULTS = "default";

/** Names the module of a section, where the section cannot have its name. */
const MODULE = "module";

/** The keys of a section, and in which section of bakup.conf(5) each has its rule. */
export const KEYS: Readonly<Record<string, "rotation" | "schedule">> = {
  ...Object.fromEntries(Object.keys(SCHEMA.rotation.keys).map((key) => [key, "rotation" as const])),
  timer_arg: "schedule",
  allow_force: "schedule",
};

/** The file, section by section. */
export interface XferFile {
  defaults: CheckedFile;
  /** By the name of the module. */
  modules: ReadonlyMap<string, CheckedFile>;
}

/** Reads xfer.conf(5). @throws ConfigurationError that lists all mistakes, each as `file:line: message`. */
export function parseSettings(file: string, bytes: Uint8Array): XferFile {
  const scanned = scan(file, bytes);
  const complaints = [...scanned.complaints, ...findUnknownKeys(scanned)];
  const modules = new Map<string, CheckedFile>();
  for (const [section, line] of scanned.sections) {
    const checked = checkFile(asProfile(scanned, section));
    complaints.push(...checked.complaints, ...findTimerComplaints(checked));
    const named = scanned.entries.find((entry) => entry.section === section && entry.key === MODULE)?.text;
    const module = named ?? section;
    const isDefaults = section === DEFAULTS && named === undefined;
    if (!isDefaults && modules.has(module)) {
      complaints.push({ file, line, message: `another section is about the module "${module}" already` });
    }
    modules.set(isDefaults ? "" : module, checked);
  }
  if (complaints.length > 0) {
    throw new ConfigurationError(sortComplaints(complaints).map(formatComplaint).join("\n"));
  }
  return { defaults: modules.get("") ?? checkFile(asProfile(scanned, DEFAULTS)), modules };
}

/** A module's own section wins over the defaults; any frequency in it replaces all of theirs. */
export function settingsFor({ defaults, modules }: XferFile, module: string): ModuleSettings {
  const settled = settle([modules.get(module) ?? defaults, defaults]);
  const { rotation, schedule } = buildProfile(settled, { file: defaults.file, name: module, callback: undefined });
  const { enabled, ...rules } = rotation;
  return {
    enabled,
    rotation: rules,
    timerArgs: settled.isGiven("schedule.timer_arg") ? schedule.timerArgs : undefined,
    allowForce: schedule.allowForce,
  };
}

/** One section as the file of a profile, so that the rules of bakup.conf(5) check, merge and convert it. */
function asProfile(scanned: Scan, section: string): Scan {
  const own = scanned.entries.filter((entry) => entry.section === section && Object.hasOwn(KEYS, entry.key));
  const entries = own.map((entry): Entry => ({ ...entry, section: KEYS[entry.key] ?? "" }));
  const line = scanned.sections.get(section) ?? 1;
  const sections = new Map(entries.map((entry) => [entry.section, line]));
  return { file: scanned.file, sections, entries, complaints: [] };
}

function findUnknownKeys({ file, entries }: Scan): Complaint[] {
  const names = [MODULE, ...Object.keys(KEYS)];
  return entries
    .filter(({ key, repeated }) => !names.includes(key) || (key === MODULE && repeated))
    .map(({ section, key, line }) => ({
      file,
      line,
      message: `[${section}] has no key ${key}${didYouMean(key, names) || `; it knows ${names.join(", ")}`}`,
    }));
}

function findTimerComplaints({ file, given }: CheckedFile): Complaint[] {
  const timer = given.get("schedule.timer_arg");
  const args = timer === undefined || timer.broken ? [] : (timer.values as string[]);
  return args.length === 0
    ? []
    : lintTimerArgs(args).map(({ index, message }) => ({ file, line: timer?.lines[index] ?? 1, message }));
}
