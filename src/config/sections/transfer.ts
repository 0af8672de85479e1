import type { SectionRule } from "../rule.ts";
import { choice, percent } from "../value-types.ts";

export const transfer = {
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
} as const satisfies SectionRule;
