import type { SectionRule } from "../rule.ts";
import { yesNo } from "../value-types.ts";

export const snapshot = {
  description: "how snapshots are made",
  keys: {
    skip_unchanged: {
      schema: yesNo,
      default: "no",
      description: "make no snapshot when nothing changed",
      example: "yes",
    },
  },
} as const satisfies SectionRule;
