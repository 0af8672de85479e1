import { REACTIONS } from "../../conditions/rules.ts";
import type { SectionRule } from "../rule.ts";
import { choice } from "../value-types.ts";

export const conditions = {
  description: "what makes a timed run that is due wait, or not",
  keys: {
    on_battery: {
      schema: choice(REACTIONS),
      default: "run",
      description: "while the machine runs on battery: wait, or run",
      example: "wait",
    },
    on_metered: {
      schema: choice(REACTIONS),
      default: "wait",
      description: "while the network connection is metered and the destination on another machine: wait, or run",
      example: "run",
    },
    without_network: {
      schema: choice(REACTIONS),
      default: "wait",
      description: "while there is no network and the destination is on another machine: wait, or run, which fails",
      example: "run",
    },
  },
} as const satisfies SectionRule;
