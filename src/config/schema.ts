import type { GenericSchema, InferOutput } from "valibot";
import { DEFAULT_ROTATION_SCHEME, FREQUENCIES, type Frequency } from "../retention/scheme.ts";
import { DEFAULT_EXCLUDED_ROOTS } from "../transfer/rsync-args.ts";
import {
  absolutePath,
  absolutePathBelowRoot,
  choice,
  cryptoDevice,
  durationSeconds,
  keepCount,
  keySource,
  location,
  passwordSource,
  percent,
  plainName,
  sshHost,
  sshOption,
  text,
  wholeNumberText,
  yesNo,
} from "./value-types.ts";

export interface KeyRule {
  /** Checks one value and converts it. */
  schema: GenericSchema<string, unknown>;
  /** Written as `key[]`, once for each value. */
  repeats?: true;
  /** What applies when the key is absent, as one would write it. */
  default?: string | readonly string[];
  /** Says what applies when that is no fixed text. */
  absent?: string;
  /** One line, without a full stop. */
  description: string;
  example: string;
}

export interface SectionRule {
  description: string;
  keys: Readonly<Record<string, KeyRule>>;
}

/** Every section and key that a configuration file may hold. */
export const SCHEMA = {
  profile: {
    description: "who this profile is",
    keys: {
      id: {
        schema: wholeNumberText,
        default: "1",
        description: "number of the profile, the first argument of the callback",
        example: "1",
      },
      name: {
        schema: plainName,
        absent: "the file's name without .conf; main in a single file",
        description: "name of the profile on the command line",
        example: "laptop",
      },
    },
  },
  source: {
    description: "what is backed up",
    keys: {
      path: { schema: absolutePath, default: "/", description: "folder to back up", example: "/home" },
      must_be_mounted: {
        schema: yesNo,
        default: "no",
        description: "refuse to run unless the source is a mount point",
        example: "yes",
      },
      one_file_system: {
        schema: yesNo,
        default: "yes",
        description: "stay on the file system of the source",
        example: "no",
      },
      exclude: {
        schema: text,
        repeats: true,
        default: [],
        description: "rsync pattern of what to leave out, relative to the source",
        example: "*.iso",
      },
      excluded_root: {
        schema: absolutePath,
        repeats: true,
        default: [...DEFAULT_EXCLUDED_ROOTS],
        description: "absolute path or pattern to leave out; giving any replaces the default list",
        example: "/proc/",
      },
    },
  },
  destination: {
    description: "where the backup goes",
    keys: {
      location: {
        schema: location,
        absent: "required",
        description: "the mirror: a local path, an ssh location or an rsync daemon's module",
        example: "/mnt/backup/laptop/latest",
      },
      tunnel: {
        schema: sshHost,
        absent: "no tunnel",
        description: "ssh host to reach an rsync daemon through",
        example: "backup@gateway:2222",
      },
      password_file: {
        schema: passwordSource,
        absent: "no password",
        description: "file with the password for an rsync daemon, or credential:NAME",
        example: "/etc/bakup/laptop.secret",
      },
      ssh_option: {
        schema: sshOption,
        repeats: true,
        default: [],
        description: "option of ssh, as in ssh_config",
        example: "Port=2222",
      },
      identity: {
        schema: absolutePath,
        absent: "as ssh itself is configured",
        description: "file of the private key for ssh",
        example: "/root/.ssh/backup_ed25519",
      },
      sudo: {
        schema: yesNo,
        default: "yes",
        description: "whether an ssh user other than root works with sudo on the other machine",
        example: "no",
      },
    },
  },
  disk: {
    description: "the disk that holds the destination",
    keys: {
      crypto: {
        schema: cryptoDevice,
        absent: "the disk is not encrypted",
        description: "encrypted device to unlock: a name in /etc/crypttab, or UUID=…, LABEL=…",
        example: "backup-disk",
      },
      mount: {
        schema: absolutePathBelowRoot,
        absent: "nothing is mounted",
        description: "mount point; the destination must lie below it",
        example: "/mnt/backup",
      },
      key: {
        schema: keySource,
        absent: "as /etc/crypttab says",
        description: "where the key comes from: credential:NAME, file:/PATH or ask",
        example: "credential:backup-disk",
      },
    },
  },
  schedule: {
    description: "when a timed run is due",
    keys: {
      timer_arg: {
        schema: text,
        repeats: true,
        default: [
          "20h",
          "Mon,Tue,Wed,Thu,Fri,00,01,02,03,04,05,19,20,21,22,23",
          "Sat,Sun,00,01,02,03,04,05,06,07,08,17,18,19,20,21,22,23",
        ],
        description: "first the interval, then any number of time bands",
        example: "12h",
      },
      timer_script: {
        schema: absolutePath,
        absent: "the built-in rule decides",
        description: "program that decides instead of the built-in rule",
        example: "/etc/bakup/timer-script",
      },
      allow_force: {
        schema: yesNo,
        default: "yes",
        description: "whether a run may be forced when it is not due",
        example: "no",
      },
    },
  },
  snapshot: {
    description: "how snapshots are made",
    keys: {
      skip_unchanged: {
        schema: yesNo,
        default: "no",
        description: "make no snapshot when nothing changed",
        example: "yes",
      },
    },
  },
  rotation: {
    description: "which snapshots are kept",
    keys: {
      enabled: { schema: yesNo, default: "yes", description: "whether a run removes old snapshots", example: "no" },
      minutely: frequency("minutely", "60"),
      hourly: frequency("hourly", "24"),
      daily: frequency("daily", "7"),
      weekly: frequency("weekly", "4"),
      monthly: frequency("monthly", "always"),
      yearly: frequency("yearly", "always"),
      relaxed: {
        schema: yesNo,
        default: "no",
        description: "count only the time slots that hold a snapshot, not those of the calendar",
        example: "yes",
      },
      prefer_recent: {
        schema: yesNo,
        default: "no",
        description: "keep the newest snapshot of each time slot, not the oldest",
        example: "yes",
      },
      include: {
        schema: text,
        repeats: true,
        default: [],
        description: "rotate only the snapshots whose names match one of these patterns",
        example: "2026-*",
      },
      exclude: {
        schema: text,
        repeats: true,
        default: [],
        description: "never remove the snapshots whose names match one of these patterns",
        example: "2026-01-01*",
      },
    },
  },
  transfer: {
    description: "how the mirror is brought up to date",
    keys: {
      max_delete: {
        schema: percent,
        default: "50%",
        description: "refuse a run that would delete more than this share of the files",
        example: "20%",
      },
      max_rewrite: {
        schema: percent,
        default: "50%",
        description: "refuse a run that would rewrite more than this share of the files",
        example: "80%",
      },
      ionice: {
        schema: choice(["idle", "best-effort", "realtime"]),
        absent: "unchanged",
        description: "I/O scheduling class of the programs that do the work: idle, best-effort or realtime",
        example: "idle",
      },
    },
  },
  callback: {
    description: "the script that is told of every step",
    keys: {
      path: {
        schema: absolutePath,
        absent: "user-callback beside the configuration file, when there is one",
        description: "program to call",
        example: "/etc/bakup/user-callback",
      },
      timeout: {
        schema: durationSeconds,
        default: "5m",
        description: "time after which the program is stopped",
        example: "30m",
      },
    },
  },
  notifications: {
    description: "messages to the person at the screen",
    keys: {
      desktop: { schema: yesNo, default: "yes", description: "show desktop notifications", example: "no" },
    },
  },
} as const satisfies Readonly<Record<string, SectionRule>>;

type Schema = typeof SCHEMA;

type ValueOf<Rule extends KeyRule> = Rule extends { repeats: true }
  ? InferOutput<Rule["schema"]>[]
  : Rule extends { default: string }
    ? InferOutput<Rule["schema"]>
    : InferOutput<Rule["schema"]> | undefined;

/** The typed value of every key. */
export type Settings = {
  [Section in keyof Schema]: {
    [Key in keyof Schema[Section]["keys"]]: Schema[Section]["keys"][Key] extends KeyRule
      ? ValueOf<Schema[Section]["keys"][Key]>
      : never;
  };
};

/** "section.key" of every key there is. */
export type KeyPath = {
  [Section in keyof Schema]: `${Section}.${keyof Schema[Section]["keys"] & string}`;
}[keyof Schema];

/** The keys that form one set: a file that gives any of them replaces all of them. */
export const FREQUENCY_PATHS: readonly KeyPath[] = FREQUENCIES.map((name) => `rotation.${name}` as const);

/** The rule of a section, if there is one of this name. */
export function findSection(name: string): SectionRule | undefined {
  const sections: Readonly<Record<string, SectionRule>> = SCHEMA;
  return Object.hasOwn(sections, name) ? sections[name] : undefined;
}

/** The rule of a key in a section, if there is one of this name. */
export function findKey(section: SectionRule, name: string): KeyRule | undefined {
  return Object.hasOwn(section.keys, name) ? section.keys[name] : undefined;
}

function frequency(name: Frequency, example: string) {
  const count = DEFAULT_ROTATION_SCHEME[name];
  const absent = count === undefined ? "none" : `${count}, when no frequency is given at all`;
  return { schema: keepCount, absent, description: `how many ${name} snapshots to keep, or always`, example };
}
