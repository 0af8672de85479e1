import type { SectionRule } from "../rule.ts";
import { choice, durationSeconds, percent, yesNo } from "../value-types.ts";

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
    index: {
      schema: yesNo,
      default: "yes",
      description: "find changes with an index of the source instead of comparing everything, where that is safe",
      example: "no",
    },
    full_walk: {
      schema: durationSeconds,
      default: "7d",
      description: "time after which a run compares everything nevertheless, which also tests the index",
      example: "30d",
    },
    ionice: {
      schema: choice(["idle", "best-effort", "realtime"]),
      absent: "unchanged",
      description: "I/O scheduling class of the programs that do the work: idle, best-effort or realtime",
      example: "idle",
    },
  },
} as const satisfies SectionRule;
