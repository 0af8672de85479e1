import type { SectionRule } from "../rule.ts";
import { plainName, wholeNumberText } from "../value-types.ts";

export const profile = {
  description: "who this profile is",
  keys: {
    id: {
      schema: wholeNumberText,
      default: "1",
      description: "number of the profile, the first argument of the callback",
      example: "1",
    },
    name: {
      schema: plainName,
      absent: "the file's name without .conf; main in a single file",
      description: "name of the profile on the command line",
      example: "laptop",
    },
  },
} as const satisfies SectionRule;
