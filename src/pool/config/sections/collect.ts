import { text } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";
import { archiveMode, collectMode, path, pattern } from "../value-types.ts";

export const collect = {
  description: "the collect action: what all files and folders have in common",
  keys: {
    collect_dir: {
      schema: path,
      required: true,
      description: "the folder in which the archives are left for the master",
      example: "/var/lib/bakup-pool/collect",
    },
    collect_mode: {
      schema: collectMode,
      default: "daily",
      description: "daily: every time; weekly: on the starting day; incr: every time what has changed",
      example: "incr",
    },
    archive_mode: {
      schema: archiveMode,
      default: "targz",
      description: "tar, targz, tarbz2 or tarzst (which Cedar Backup does not know)",
      example: "tarzst",
    },
    ignore_file: {
      schema: text,
      default: ".cbignore",
      description: "a folder that holds a file of this name is left out with all that is below it",
      example: ".nobackup",
    },
    exclude_abs_path: {
      schema: path,
      repeats: true,
      default: [],
      description: "leave this path out, and what is below it",
      example: "/home/guest",
    },
    exclude_pattern: {
      schema: pattern,
      repeats: true,
      default: [],
      description: "leave out what has a path that matches this regular expression as a whole",
      example: ".*\\.iso",
    },
  },
} as const satisfies PoolSectionRule;
