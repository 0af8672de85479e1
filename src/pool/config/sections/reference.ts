import { text } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";

export const reference = {
  description: "notes about the file itself; the program does not use them",
  keys: {
    author: { schema: text, absent: "nobody is named", description: "who wrote the file", example: "Jane Doe" },
    revision: { schema: text, absent: "none", description: "which version of it this is", example: "1.3" },
    description: { schema: text, absent: "none", description: "what it is for", example: "The pool of the office" },
    generator: {
      schema: text,
      absent: "none",
      description: "the program that wrote it",
      example: "bakup pool --import",
    },
  },
} as const satisfies PoolSectionRule;
