import type { SectionRule } from "../rule.ts";
import { yesNo } from "../value-types.ts";

export const notifications = {
  description: "messages to the person at the screen",
  keys: {
    desktop: { schema: yesNo, default: "yes", description: "show desktop notifications", example: "no" },
  },
} as const satisfies SectionRule;
