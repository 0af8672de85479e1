import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Profile } from "../config/profile.ts";
import { refuseUnmounted } from "../disk/mounts.ts";
import { SnapshotsFolderNotFoundError, UsageError } from "../errors/errors.ts";
import { DEFAULT_ROTATION_SCHEME } from "../retention/scheme.ts";
import type { RotationRules } from "../run/job.ts";
import { isOtherStore, openProfileStore } from "../run/profile-store.ts";
import { readIdentity } from "../store/identity.ts";
import { inStore, openStore, type Store } from "../store/layout.ts";
import { listSnapshots } from "../store/list.ts";
import { printNote } from "./output.ts";

/** The store that a command is about. Close the store when the command has done its work. */
export interface Target {
  /** For people: the profile's name, or the store's folder. */
  name: string;
  store: Store;
  rotation: RotationRules;
  /** Absent with --store. */
  profile?: Profile;
}

export interface TargetOptions {
  store?: string | undefined;
  config?: string | undefined;
}

const DEFAULT_ROTATION: RotationRules = {
  scheme: DEFAULT_ROTATION_SCHEME,
  relaxed: false,
  preferRecent: false,
  include: [],
  exclude: [],
};

/**
 * Opens the store of a profile (of the only one when none is named), or the one in the folder of --store, which needs
 * no configuration. Reads only; a store other than the one that was here before is noted on standard error.
 * @throws UsageError, ConfigurationError, NotYetError, SnapshotsFolderNotFoundError
 */
export async function openTarget(profileName: string | undefined, options: TargetOptions): Promise<Target> {
  const target = await openTargetFolder(profileName, options);
  try {
    requireStore(target);
    if (isOtherStore(target.store)) {
      printNote(`bakup: warning: ${target.store.path} is another store than before (another disk?)`);
    }
    return target;
  } catch (error) {
    target.store.close();
    throw error;
  }
}

/** The same for a folder that need not be a store yet, such as one that is to adopt its first snapshots. */
export async function openTargetFolder(profileName: string | undefined, options: TargetOptions): Promise<Target> {
  if (options.store !== undefined) {
    if (profileName !== undefined) {
      throw new UsageError(`--store stands in for a profile, so "${profileName}" is one too many`);
    }
    const store = openStoreFolder(options.store);
    return { name: store.path, store, rotation: DEFAULT_ROTATION };
  }
  const profile = await chooseProfile(profileName, options.config);
  return { name: profile.name, store: openProfileStore(profile), rotation: profile.rotation, profile };
}

/** The profile of this name, or the only one. @throws UsageError with the names when there are several. */
export async function chooseProfile(name: string | undefined, config: string | undefined): Promise<Profile> {
  const { readConfiguration } = await import("./configuration.ts");
  const profiles = readConfiguration(config, name === undefined ? [] : [name]);
  const [profile] = profiles;
  if (profile === undefined || profiles.length > 1) {
    const names = profiles.map((each) => each.name).join(", ");
    throw new UsageError("which profile? There are several", { hint: `name one of them: ${names}` });
  }
  return profile;
}

/** Nothing is written to a disk that is not the one we know. @throws SnapshotsFolderNotFoundError */
export function refuseOtherStore(store: Store): void {
  if (isOtherStore(store)) {
    throw new SnapshotsFolderNotFoundError(`${store.path} is another store than before (another disk?)`, {
      hint: `is the right disk mounted there? If this one is right from now on: bakup accept --store ${store.path}`,
    });
  }
}

function openStoreFolder(folder: string): Store {
  refuseUnmounted(resolve(folder));
  const store = openStore(folder);
  try {
    return { ...store, mirror: readIdentity(store)?.mirror ?? store.mirror };
  } catch (error) {
    store.close();
    throw error;
  }
}

function requireStore({ store, profile }: Target): void {
  const isStore =
    readIdentity(store) !== undefined ||
    existsSync(inStore(store, store.mirror)) ||
    listSnapshots(store).snapshots.length > 0;
  if (!isStore) {
    throw new SnapshotsFolderNotFoundError(`there are no backups in ${store.path}`, {
      hint:
        profile === undefined
          ? "name the folder that holds the mirror and its snapshots"
          : `is the backup disk mounted? The first backup is made by: bakup run ${profile.name}`,
    });
  }
}
