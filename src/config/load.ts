import { basename, dirname, join, resolve } from "node:path";
import { type Complaint, sortComplaints } from "./complaint.ts";
import { findContradictions, type LocatedProfile } from "./contradictions.ts";
import { defaultConfigFile } from "./default-file.ts";
import { createLookups, exists, findProgramProblem } from "./file-system.ts";
import { buildProfile, type Profile } from "./profile.ts";
import { findProfileProblems, findSharedProblems, withoutUnshareable } from "./profile-rules.ts";
import { listProfileFiles, type ReadFile, readConfigurationFile, readDraft } from "./read.ts";
import { settle } from "./settle.ts";
import { didYouMean } from "./suggestion.ts";

export interface LoadOptions {
  /** The main configuration file; by default the one of `defaultConfigFile`. */
  file?: string | undefined;
  /** The names of the profiles that are wanted, in this order; all of them by default. */
  profiles?: readonly string[] | undefined;
  /** Texts by path that stand in for files, or are files that are not written yet. */
  drafts?: ReadonlyMap<string, string> | undefined;
}

/** A callback script that can be called although the configuration is broken. */
export interface CallbackTarget {
  path: string;
  id: string;
  name: string;
  timeoutSeconds: number;
}

export type LoadResult =
  | { ok: true; profiles: Profile[]; warnings: Complaint[] }
  | { ok: false; complaints: Complaint[]; callbacks: CallbackTarget[] };

interface LoadedProfile extends LocatedProfile {
  /** All its files could be read; otherwise nothing can be said about what they lack. */
  isReadable: boolean;
  complaints: Complaint[];
  warnings: Complaint[];
}

interface Loaded {
  profiles: LoadedProfile[];
  /** About what all profiles share. */
  complaints: Complaint[];
  warnings: Complaint[];
}

/**
 * Reads the configuration: the main file, and the profiles in `profiles.d` beside it. All mistakes are reported at
 * once. When some profiles are named, the mistakes of the others are warnings: they keep no other backup from running.
 */
export function loadConfiguration(options: LoadOptions = {}): LoadResult {
  const file = resolve(options.file ?? defaultConfigFile());
  const loaded = loadAll(file, options.drafts);
  const { selected, unknown } = select(loaded, file, options.profiles);
  const chosen = new Set(selected);
  const isWanted = (candidate: LoadedProfile) => unknown.length > 0 || chosen.has(candidate);
  const wanted = new Set(loaded.profiles.filter(isWanted).map(({ profile }) => profile));
  const comparable = loaded.profiles.filter(({ isReadable }) => isReadable);
  const complaints = sortComplaints([
    ...loaded.complaints,
    ...unknown,
    ...loaded.profiles.filter(isWanted).flatMap((candidate) => candidate.complaints),
    ...findContradictions(comparable, createLookups(), (profile) => wanted.has(profile)),
  ]);
  if (complaints.length > 0) {
    return { ok: false, complaints, callbacks: selected.flatMap(toCallbackTarget) };
  }
  const others = loaded.profiles.filter((candidate) => !isWanted(candidate));
  const warnings = [
    ...loaded.warnings,
    ...selected.flatMap((candidate) => candidate.warnings),
    ...others.flatMap((candidate) => candidate.complaints),
  ];
  return { ok: true, profiles: selected.map(({ profile }) => profile), warnings: sortComplaints(warnings) };
}

/** The ids of the profiles in `profiles.d`, as far as they can be read. */
export function readProfileIds(file: string): string[] {
  const { files } = listProfileFiles(join(dirname(file), "profiles.d"));
  return files.map((path) => settle([readConfigurationFile(path)]).settings.profile.id);
}

function loadAll(file: string, drafts: ReadonlyMap<string, string> = new Map()): Loaded {
  const read = (path: string): ReadFile => {
    const draft = drafts.get(path);
    return draft === undefined ? readConfigurationFile(path) : readDraft(path, draft);
  };
  const main = read(file);
  const folder = dirname(file);
  const { files: written, complaints } = listProfileFiles(join(folder, "profiles.d"));
  const files = [...new Set([...written, ...[...drafts.keys()].filter((path) => path !== file)])].sort();
  const callback = join(folder, "user-callback");
  const defaultCallback = exists(callback) ? callback : undefined;
  const shared: Loaded = { profiles: [], complaints: [...main.complaints, ...complaints], warnings: main.warnings };
  if (files.length === 0) {
    return { ...shared, profiles: [loadProfile([main], "main", defaultCallback)] };
  }
  const common = withoutUnshareable(main);
  const profiles = files.map((path) => {
    const own = read(path);
    const profile = loadProfile([own, common], basename(path, ".conf"), defaultCallback);
    return {
      ...profile,
      complaints: [...own.complaints, ...profile.complaints],
      warnings: [...own.warnings, ...profile.warnings],
    };
  });
  return { ...shared, profiles, complaints: [...shared.complaints, ...findSharedProblems(main)] };
}

function loadProfile(layers: [ReadFile, ...ReadFile[]], name: string, callback: string | undefined): LoadedProfile {
  const settled = settle(layers);
  const profile = buildProfile(settled, { file: layers[0].file, name, callback });
  const isReadable = layers.every((layer) => layer.isReadable);
  const problems = isReadable ? findProfileProblems({ profile, settled }) : { complaints: [], warnings: [] };
  return { profile, settled, isReadable, ...problems };
}

/** The profiles of these names, and complaints about names that no profile has. */
function select(
  { profiles }: Loaded,
  file: string,
  names: readonly string[] | undefined,
): { selected: LoadedProfile[]; unknown: Complaint[] } {
  if (names === undefined || names.length === 0) {
    return { selected: profiles, unknown: [] };
  }
  const known = profiles.map(({ profile }) => profile.name);
  const unknown = names
    .filter((name) => !known.includes(name))
    .map((name) => ({ file, line: 0, message: `there is no profile "${name}"${didYouMean(name, known)}` }));
  const found = names.flatMap((name) => profiles.find(({ profile }) => profile.name === name) ?? []);
  return { selected: [...new Set(found)], unknown };
}

function toCallbackTarget({ profile, settled }: LoadedProfile): CallbackTarget[] {
  const { path, timeoutSeconds } = profile.callback;
  if (path === undefined || !settled.isSound("callback.path") || findProgramProblem(path) !== undefined) {
    return [];
  }
  return [{ path, id: profile.id, name: profile.name, timeoutSeconds }];
}
