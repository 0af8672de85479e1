import type { ConditionRules } from "../conditions/rules.ts";
import type { Location } from "../destination/location.ts";
import type { DiskSettings } from "../disk/locate.ts";
import { DEFAULT_ROTATION_SCHEME, FREQUENCIES, type RotationScheme } from "../retention/scheme.ts";
import type { ChannelSettings } from "../watch/channels.ts";
import { FREQUENCY_PATHS, type Settings } from "./schema.ts";
import type { Settled } from "./settle.ts";

/** What to back up, where to, when, and what to keep: one profile, with all defaults filled in. */
export interface Profile {
  /** The file that defines it. */
  file: string;
  /** Back In Time's profile id: a whole number above 0. */
  id: string;
  name: string;
  source: {
    path: string;
    mustBeMounted: boolean;
    oneFileSystem: boolean;
    /** rsync patterns, relative to the source. */
    exclude: string[];
    /** Absolute paths and patterns. */
    excludedRoots: string[];
  };
  /** `location` is what the user wrote. */
  destination: {
    location: string;
    parsed: Location;
    tunnel: string | undefined;
    /** A file's path, or credential:NAME. */
    passwordFile: string | undefined;
    /** `Keyword=value`. */
    sshOptions: string[];
    identity: string | undefined;
    sudo: boolean;
  };
  disk: Required<DiskSettings>;
  schedule: {
    timerArgs: string[];
    timerScript: string | undefined;
    timerTimeoutSeconds: number;
    allowForce: boolean;
    whenPlugged: boolean;
  };
  conditions: ConditionRules;
  snapshot: { skipUnchanged: boolean };
  rotation: {
    enabled: boolean;
    scheme: RotationScheme;
    relaxed: boolean;
    preferRecent: boolean;
    include: string[];
    exclude: string[];
  };
  /** Shares of the files in percent, 0 to 100. */
  transfer: {
    maxDeletePercent: number;
    maxRewritePercent: number;
    /** Whether an index of the source says what has changed. */
    index: boolean;
    /** Time after which everything is looked at nevertheless. */
    fullWalkSeconds: number;
    ionice: "idle" | "best-effort" | "realtime" | undefined;
  };
  callback: { path: string | undefined; timeoutSeconds: number };
  watch: {
    /** How many seconds without a complete snapshot raise an alarm. */
    absence: number | "never" | undefined;
    /** Time after which people are told again of runs that fail. */
    reminderSeconds: number;
  };
  notifications: ChannelSettings;
  /** Of node_exporter's textfile collector. */
  metricsFolder: string | undefined;
}

export interface ProfileOrigin {
  file: string;
  /** Its name when the file gives none. */
  name: string;
  /** The callback when the file names none. */
  callback: string | undefined;
}

const NOWHERE = { text: "", parsed: { kind: "local", directory: "" } } as const;

/** A profile from its settings. Without a location (a mistake that is reported elsewhere) it leads nowhere. */
export function buildProfile(settled: Settled, origin: ProfileOrigin): Profile {
  const { settings } = settled;
  const { source, disk, schedule, conditions, rotation, transfer, callback } = settings;
  const location = settings.destination.location ?? NOWHERE;
  return {
    file: origin.file,
    id: settings.profile.id,
    name: settings.profile.name ?? origin.name,
    source: {
      path: source.path,
      mustBeMounted: source.must_be_mounted,
      oneFileSystem: source.one_file_system,
      exclude: source.exclude,
      excludedRoots: source.excluded_root,
    },
    destination: {
      location: location.text,
      parsed: location.parsed,
      tunnel: settings.destination.tunnel,
      passwordFile: settings.destination.password_file,
      sshOptions: settings.destination.ssh_option,
      identity: settings.destination.identity,
      sudo: settings.destination.sudo,
    },
    disk,
    schedule: {
      timerArgs: schedule.timer_arg,
      timerScript: schedule.timer_script,
      timerTimeoutSeconds: schedule.timer_timeout,
      allowForce: schedule.allow_force,
      whenPlugged: schedule.when_plugged,
    },
    conditions: {
      onBattery: conditions.on_battery,
      onMetered: conditions.on_metered,
      withoutNetwork: conditions.without_network,
    },
    snapshot: { skipUnchanged: settings.snapshot.skip_unchanged },
    rotation: {
      enabled: rotation.enabled,
      scheme: buildScheme(settled),
      relaxed: rotation.relaxed,
      preferRecent: rotation.prefer_recent,
      include: rotation.include,
      exclude: rotation.exclude,
    },
    transfer: {
      maxDeletePercent: transfer.max_delete,
      maxRewritePercent: transfer.max_rewrite,
      index: transfer.index,
      fullWalkSeconds: transfer.full_walk,
      ionice: transfer.ionice,
    },
    callback: { path: callback.path ?? origin.callback, timeoutSeconds: callback.timeout },
    watch: { absence: settings.watch.absence, reminderSeconds: settings.watch.reminder },
    notifications: {
      desktop: settings.notifications.desktop,
      mail: settings.notifications.mail,
      mailKinds: settings.notifications.mail_on,
      ping: { url: settings.ping.url, kinds: settings.ping.on },
      ntfy: { url: settings.ntfy.url, token: settings.ntfy.token, kinds: settings.ntfy.on },
      webhook: { url: settings.webhook.url, token: settings.webhook.token, kinds: settings.webhook.on },
      command: { path: settings.command.path, kinds: settings.command.on },
    },
    metricsFolder: settings.metrics.folder,
  };
}

function buildScheme({ settings, isGiven }: Settled): RotationScheme {
  if (!FREQUENCY_PATHS.some(isGiven)) {
    return { ...DEFAULT_ROTATION_SCHEME };
  }
  return givenCounts(settings.rotation);
}

function givenCounts(rotation: Settings["rotation"]): RotationScheme {
  const scheme: RotationScheme = {};
  for (const name of FREQUENCIES) {
    const count = rotation[name];
    if (count !== undefined) {
      scheme[name] = count;
    }
  }
  return scheme;
}
