import { choice, text } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";

export const encrypt = {
  description: "the extension encrypt: encrypts what is staged, before it is stored",
  keys: {
    encrypt_mode: {
      schema: choice(["gpg"]),
      default: "gpg",
      description: "the program that encrypts",
      example: "gpg",
    },
    encrypt_target: {
      schema: text,
      required: true,
      description: "the recipient, whose public key the keyring of root holds",
      example: "Backup Robot",
    },
  },
} as const satisfies PoolSectionRule;
