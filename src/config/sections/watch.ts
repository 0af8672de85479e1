import type { SectionRule } from "../rule.ts";
import { durationOrNever, durationSeconds } from "../value-types.ts";

export const watch = {
  description: "when to worry",
  keys: {
    absence: {
      schema: durationOrNever,
      absent: "twice the interval of the schedule, and at least 2 days",
      description: "raise an alarm when there was no complete snapshot for so long, or never",
      example: "4d",
    },
    reminder: {
      schema: durationSeconds,
      default: "1d",
      description: "while runs fail, tell people again after so long",
      example: "1w",
    },
  },
} as const satisfies SectionRule;
