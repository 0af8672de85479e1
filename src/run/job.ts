import type { Callback } from "../callback/call.ts";
import type { ConditionRules } from "../conditions/rules.ts";
import type { Profile } from "../config/profile.ts";
import type { Location } from "../destination/location.ts";
import type { DiskSettings } from "../disk/locate.ts";
import type { RotationScheme } from "../retention/scheme.ts";
import type { Handover } from "../store/handover.ts";
import type { GuardLimits } from "../transfer/guard.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import type { Filters } from "../transfer/rsync-args.ts";
import type { Reach } from "./reach.ts";
import { tunnelTo } from "./tunnel-to.ts";

/** Everything that one run needs to know: from a profile, from the command line, or from a program. */
export interface Job {
  profile: { id: string; name: string };
  source: string;
  /** Refuse to run unless the source is a mount point. */
  sourceMustBeMounted: boolean;
  destination: Location;
  /** As the user wrote it. */
  location: string;
  filters: Filters;
  actions: { backup: boolean; snapshot: boolean; rotate: boolean };
  rotation: RotationRules;
  guard: GuardLimits;
  walk: WalkRules;
  /** Take no snapshot of a mirror that has not changed since the newest one. */
  skipUnchanged: boolean;
  ionice: RsyncContext["ionice"];
  callback: Callback | undefined;
  disk: DiskSettings;
  /** Tell whoever sits at a screen when the work begins and how it ends. */
  notifications: boolean;
  /** A person sits at the terminal: may be asked, and is told of an absent disk. Default: no. */
  interactive?: boolean;
  /** Asked first, if there is one; without it a run is always due. */
  schedule: Schedule | undefined;
  /**
   * A clock that was set by days since the last run, of the profile or to the destination, is noticed, and nothing
   * rotated then. Default: no.
   */
  watchesClock?: "profile" | "destination" | undefined;
  /** What makes a run that is due wait; without it nothing does. */
  conditions?: ConditionRules | undefined;
  dryRun: boolean;
  /** How another machine is reached, when the destination is one. */
  reach?: Reach;
  /** What a run on another machine has done, which this one only completes. */
  handover?: Handover;
}

/** When rsync walks both trees, though an index of the source says what has changed. */
export interface WalkRules {
  /** Whether to keep and use an index at all. */
  index: boolean;
  everySeconds: number;
  /** In this run at any rate. */
  full: boolean;
}

export const DEFAULT_WALK_RULES: WalkRules = { index: true, everySeconds: 7 * 86_400, full: false };

export interface Schedule {
  timerArgs: readonly string[];
  timerScript: string | undefined;
  timerTimeoutSeconds: number;
}

export interface RotationRules {
  scheme: RotationScheme;
  relaxed: boolean;
  preferRecent: boolean;
  include: readonly string[];
  exclude: readonly string[];
}

export interface JobOptions {
  dryRun: boolean;
  timed: boolean;
  force?: boolean;
  interactive?: boolean;
  /** Compare everything, whatever an index says. */
  full?: boolean;
}

/** The run of a profile. */
export function jobOfProfile(profile: Profile, options: JobOptions): Job {
  const { source, destination, rotation, schedule, transfer, callback } = profile;
  return {
    profile: { id: profile.id, name: profile.name },
    source: source.path,
    sourceMustBeMounted: source.mustBeMounted,
    destination: destination.parsed,
    location: destination.location,
    filters: { excludedRoots: source.excludedRoots, exclude: source.exclude, oneFileSystem: source.oneFileSystem },
    actions: { backup: true, snapshot: true, rotate: rotation.enabled },
    rotation,
    guard: transfer,
    walk: { index: transfer.index, everySeconds: transfer.fullWalkSeconds, full: options.full === true },
    skipUnchanged: profile.snapshot.skipUnchanged,
    ionice: transfer.ionice,
    callback:
      callback.path === undefined
        ? undefined
        : {
            path: callback.path,
            timeoutSeconds: callback.timeoutSeconds,
            profileId: profile.id,
            profileName: profile.name,
          },
    disk: profile.disk,
    notifications: profile.notifications.desktop,
    interactive: options.interactive === true,
    schedule: options.timed ? schedule : undefined,
    watchesClock: "profile",
    conditions: options.timed ? profile.conditions : undefined,
    dryRun: options.dryRun,
    reach: { ...reachOf(destination), force: options.force === true },
  };
}

function reachOf({ parsed, tunnel, sshOptions, identity, passwordFile, sudo }: Profile["destination"]): Reach {
  const ssh = { sshOptions, identity };
  return {
    ...ssh,
    sudo,
    passwordFile,
    tunnel: tunnel === undefined || parsed.kind !== "daemon" ? undefined : tunnelTo(tunnel, parsed, ssh),
    transferIsEnough: true,
  };
}
