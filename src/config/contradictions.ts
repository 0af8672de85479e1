import { dirname, join, relative, resolve } from "node:path";
import type { Location } from "../destination/location.ts";
import { contains } from "../path/containment.ts";
import type { Complaint } from "./complaint.ts";
import type { Profile } from "./profile.ts";
import { findRivals, type Marks } from "./rivals.ts";
import { leavesOut } from "./rsync-pattern.ts";
import type { KeyPath } from "./schema.ts";
import type { Settled } from "./settle.ts";

/** What the rules ask of the file system; both also answer for paths that do not exist (yet). */
export interface Lookups {
  /** The device of a path, or of its nearest ancestor that exists. */
  deviceOf(path: string): number | undefined;
  /** The path with symbolic links followed as far as it exists. */
  realPath(path: string): string;
}

/** A profile, with the places of its keys. */
export interface LocatedProfile {
  profile: Profile;
  settled: Settled;
}

interface Finding {
  /** Where the complaint points, and for a list at which of its values. */
  at: KeyPath;
  index?: number;
  message: string;
}

/** A rule speaks only when the keys that it rests on are well written, and the location is there at all. */
interface Rule<Facts> {
  on: readonly KeyPath[];
  find(facts: Facts): Finding | undefined;
}

const EVERYTHING = new Set(["/", "/*", "/**", "/***", "*", "**", "***"]);

const OWN_RULES: readonly Rule<{ profile: Profile; lookups: Lookups }>[] = [
  { on: ["source.exclude"], find: ({ profile }) => findTotalExclude(profile) },
  { on: ["source.path", "source.excluded_root"], find: ({ profile }) => findTotalExcludedRoot(profile) },
  { on: ["destination.location", "disk.mount"], find: ({ profile }) => findOffDisk(profile) },
  {
    on: ["destination.location", "source.path"],
    find: ({ profile, lookups }) => findSourceInStore(profile, lookups),
  },
  {
    on: [
      "destination.location",
      "source.path",
      "source.exclude",
      "source.excluded_root",
      "source.one_file_system",
      "disk.mount",
    ],
    find: ({ profile, lookups }) => findStoreInSource(profile, lookups),
  },
];

interface Pair {
  profile: Profile;
  other: Profile;
  lookups: Lookups;
}

const PAIR_RULES: readonly Rule<Pair>[] = [
  { on: ["profile.id"], find: findSameId },
  { on: ["profile.name"], find: findSameName },
  { on: ["destination.location", "disk.crypto", "disk.device"], find: findSameStore },
  { on: ["destination.location", "disk.crypto", "disk.device"], find: findStoreInMirror },
];

/**
 * Finds what cannot work although every key is well written: between the keys of one profile, and between two
 * profiles of which at least one is selected.
 */
export function findContradictions(
  profiles: readonly LocatedProfile[],
  lookups: Lookups,
  isSelected: (profile: Profile) => boolean = () => true,
): Complaint[] {
  const own = profiles
    .filter(({ profile }) => isSelected(profile))
    .flatMap((located) => applyOwnRules(located, lookups));
  const between = findRivals(profiles.map(({ profile }) => marksOf(profile, lookups))).flatMap(([one, other]) => {
    const [first, second] = [profiles[one], profiles[other]];
    return first !== undefined && second !== undefined && (isSelected(first.profile) || isSelected(second.profile))
      ? applyPairRules(first, second, lookups)
      : [];
  });
  return [...own, ...between];
}

function marksOf({ id, name, destination: { parsed } }: Profile, lookups: Lookups): Marks {
  const store = storeIdentity(parsed, lookups);
  const own = [id, name, store];
  return parsed.kind === "local"
    ? { own, mirror: lookups.realPath(parsed.directory), store }
    : { own, mirror: undefined, store: undefined };
}

function applyOwnRules({ profile, settled }: LocatedProfile, lookups: Lookups): Complaint[] {
  return OWN_RULES.filter(({ on }) => on.every(isKnown(settled))).flatMap(({ find }) => {
    const finding = find({ profile, lookups });
    return finding === undefined ? [] : [{ ...settled.placeOf(finding.at, finding.index), message: finding.message }];
  });
}

/** The complaint stands at the second of the two and names the first. */
function applyPairRules(first: LocatedProfile, second: LocatedProfile, lookups: Lookups): Complaint[] {
  const areKnown = (path: KeyPath) => [first, second].every(({ settled }) => isKnown(settled)(path));
  return PAIR_RULES.filter(({ on }) => on.every(areKnown)).flatMap(({ find }) => {
    const finding = find({ profile: second.profile, other: first.profile, lookups });
    if (finding === undefined) {
      return [];
    }
    const place = second.settled.placeOf(finding.at);
    const rival = first.settled.placeOf(finding.at);
    return [{ ...place, message: `${finding.message} (${rival.file}:${rival.line})` }];
  });
}

function isKnown({ isSound, isGiven }: Settled): (path: KeyPath) => boolean {
  return (path) => isSound(path) && (path !== "destination.location" || isGiven(path));
}

function findTotalExclude({ source }: Profile): Finding | undefined {
  const index = source.exclude.findIndex((pattern) => EVERYTHING.has(pattern));
  const message = `exclude[] = ${source.exclude[index]} leaves out the whole source`;
  return index === -1 ? undefined : { at: "source.exclude", index, message };
}

function findTotalExcludedRoot({ source }: Profile): Finding | undefined {
  const below = source.path.replace(/\/+$/, "");
  const index = source.excludedRoots.findIndex(
    (pattern) =>
      EVERYTHING.has(pattern) || (pattern.startsWith(below) && EVERYTHING.has(pattern.slice(below.length) || "/")),
  );
  const message = `excluded_root[] = ${source.excludedRoots[index]} leaves out the whole source`;
  return index === -1 ? undefined : { at: "source.excluded_root", index, message };
}

function findOffDisk({ destination, disk }: Profile): Finding | undefined {
  const directory = absoluteDirectoryOf(destination.parsed);
  if (disk.mount === undefined || directory === undefined || contains(disk.mount, dirname(resolve(directory)))) {
    return undefined;
  }
  const message = contains(disk.mount, directory)
    ? `location must be a folder below mount = ${disk.mount}: snapshots are kept beside it, on the same disk`
    : `location does not lie below mount = ${disk.mount}`;
  return { at: "destination.location", message };
}

function findSourceInStore({ source, destination }: Profile, { realPath }: Lookups): Finding | undefined {
  const store = localStoreOf(destination.parsed);
  if (store === undefined || !contains(realPath(store), realPath(source.path))) {
    return undefined;
  }
  const message = `the source ${source.path} lies inside the store ${store}, where this location keeps its snapshots`;
  return { at: "destination.location", message: `${message}; give the store a folder of its own` };
}

function findStoreInSource(profile: Profile, lookups: Lookups): Finding | undefined {
  const { source, destination } = profile;
  const store = localStoreOf(destination.parsed);
  if (store === undefined || isKeptOut(profile, store, lookups)) {
    return undefined;
  }
  const message = `location lies inside the source ${source.path}, so the backup would hold itself`;
  return { at: "destination.location", message: `${message}; add [source] excluded_root[] = ${store}/` };
}

/** Whether the store is no part of what is backed up (or holds the source, which is another rule's business). */
function isKeptOut({ source, disk }: Profile, store: string, { deviceOf, realPath }: Lookups): boolean {
  const realSource = realPath(source.path);
  const realStore = realPath(store);
  if (!contains(realSource, realStore) || contains(realStore, realSource)) {
    return true;
  }
  if (source.oneFileSystem) {
    const onItsOwnDisk = disk.mount !== undefined && contains(disk.mount, store) && !contains(disk.mount, source.path);
    if (onItsOwnDisk || deviceOf(source.path) !== deviceOf(store)) {
      return true;
    }
  }
  const below = `/${relative(realSource, realStore)}`;
  const seen = (pattern: string) => leavesOut(pattern, below);
  return (
    source.exclude.some((pattern) => pattern.startsWith("/") && seen(pattern)) || isBelowExcludedRoot(source, below)
  );
}

/** Excluded roots hold for absolute paths, but rsync asks only from the source downwards. */
function isBelowExcludedRoot({ path, excludedRoots }: Profile["source"], below: string): boolean {
  const top = resolve(path);
  const folders = below.split("/").slice(1);
  const candidates = folders.map((_, index) => join(top, ...folders.slice(0, index + 1)));
  return excludedRoots.some((pattern) =>
    candidates.some((folder) => leavesOut(pattern, folder) && !leavesOut(pattern, top)),
  );
}

function findSameId({ profile, other }: Pair): Finding | undefined {
  const message = `id ${profile.id} is also the id of profile ${other.name}`;
  return profile.id === other.id ? { at: "profile.id", message } : undefined;
}

function findSameName({ profile, other }: Pair): Finding | undefined {
  const message = `name ${profile.name} is also the name of another profile`;
  return profile.name === other.name ? { at: "profile.name", message } : undefined;
}

function findSameStore({ profile, other, lookups }: Pair): Finding | undefined {
  const store = storeIdentity(profile.destination.parsed, lookups);
  if (areOnTwoDisks(profile, other) || store !== storeIdentity(other.destination.parsed, lookups)) {
    return undefined;
  }
  return { at: "destination.location", message: `location shares the store ${store} with profile ${other.name}` };
}

/** Disks that take turns at one mount point. */
function areOnTwoDisks({ disk }: Profile, other: Profile): boolean {
  const [mine, theirs] = [disk, other.disk].map(({ crypto, device }) => crypto ?? device);
  return mine !== undefined && theirs !== undefined && mine !== theirs;
}

/** A transfer removes from its mirror whatever the source does not have. */
function findStoreInMirror({ profile, other, lookups }: Pair): Finding | undefined {
  const { realPath } = lookups;
  const isInside = (inner: Location, outer: Location) => {
    const store = localStoreOf(inner);
    return (
      !areOnTwoDisks(profile, other) &&
      store !== undefined &&
      outer.kind === "local" &&
      contains(realPath(outer.directory), realPath(store))
    );
  };
  const mine = profile.destination.parsed;
  const theirs = other.destination.parsed;
  if (isInside(mine, theirs)) {
    const message = `location lies inside the mirror of profile ${other.name}, which would delete it`;
    return { at: "destination.location", message };
  }
  const message = `location holds the store of profile ${other.name}, which this profile would delete`;
  return isInside(theirs, mine) ? { at: "destination.location", message } : undefined;
}

/** The folder that holds the mirror and its snapshots; undefined when it lies on another machine. */
function localStoreOf(location: Location): string | undefined {
  return location.kind === "local" ? dirname(resolve(location.directory)) : undefined;
}

function absoluteDirectoryOf(location: Location): string | undefined {
  return location.kind !== "daemon" && location.directory.startsWith("/") ? location.directory : undefined;
}

/** A text that two locations share when their backups end in one place. */
function storeIdentity(location: Location, { realPath }: Lookups): string {
  switch (location.kind) {
    case "local":
      return realPath(dirname(resolve(location.directory)));
    case "ssh": {
      const user = location.directory.startsWith("/") || location.username === null ? "" : `${location.username}@`;
      return `${user}${location.hostname.toLowerCase()}:${dirname(location.directory.replace(/\/+$/, "") || "/")}`;
    }
    case "daemon":
      return `${location.hostname.toLowerCase()}:${location.port}::${join(location.module, location.directory, ".")}`;
  }
}
