import { choice } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";
import { path, wholeNumber } from "../value-types.ts";

export const purge = {
  description: "the purge action: what all its folders have in common",
  keys: {
    unstored: {
      schema: choice(["keep", "remove"]),
      default: "keep",
      description: "whether to remove staged days that were never stored, however old they are",
      example: "remove",
    },
  },
} as const satisfies PoolSectionRule;

export const purgeDir = {
  description: "a folder to purge",
  keys: {
    abs_path: { schema: path, required: true, description: "the folder", example: "/var/lib/bakup-pool/stage" },
    retain_days: {
      schema: wholeNumber,
      required: true,
      description: "files that were written at least this many days ago are removed; 0: all",
      example: "7",
    },
  },
} as const satisfies PoolSectionRule;
