import type { PoolSectionRule } from "../rule.ts";
import { archiveMode, collectMode, path } from "../value-types.ts";

export const file = {
  description: "a file to collect",
  keys: {
    abs_path: { schema: path, required: true, description: "the file", example: "/etc/fstab" },
    collect_mode: {
      schema: collectMode,
      absent: "that of [collect]",
      description: "daily, weekly or incr",
      example: "daily",
    },
    archive_mode: {
      schema: archiveMode,
      absent: "that of [collect]",
      description: "tar, targz, tarbz2 or tarzst",
      example: "tar",
    },
  },
} as const satisfies PoolSectionRule;
