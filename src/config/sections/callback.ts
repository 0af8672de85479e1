import type { SectionRule } from "../rule.ts";
import { absolutePath, durationSeconds } from "../value-types.ts";

export const callback = {
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
} as const satisfies SectionRule;
