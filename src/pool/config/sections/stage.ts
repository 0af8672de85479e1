import type { PoolSectionRule } from "../rule.ts";
import { path } from "../value-types.ts";

export const stage = {
  description: "the stage action: where the archives of all peers are gathered",
  keys: {
    staging_dir: {
      schema: path,
      required: true,
      description: "each day is a folder YYYY/MM/DD in it, with a folder for each peer",
      example: "/var/lib/bakup-pool/stage",
    },
  },
} as const satisfies PoolSectionRule;
