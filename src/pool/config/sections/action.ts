import { choice, durationSeconds } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";
import { actionName, actionNames, commandLine, wholeNumber } from "../value-types.ts";

/** The extensions that bakup knows itself. */
export const EXTENSION_TYPES = ["mysql", "postgresql", "subversion", "encrypt", "amazons3", "command"] as const;

export type ExtensionType = (typeof EXTENSION_TYPES)[number];

export const action = {
  description: "an extension: one more action for the command line",
  keys: {
    name: {
      schema: actionName,
      absent: "the name of the section",
      description: "its name on the command line, of small letters and digits",
      example: "sysinfo",
    },
    type: {
      schema: choice(EXTENSION_TYPES),
      absent: "the name where it is one of these, else command",
      description: "what it does: mysql, postgresql, subversion, encrypt, amazons3, or run a command",
      example: "command",
    },
    command: {
      schema: commandLine,
      absent: "none; required for the type command",
      description: "the program that it runs",
      example: "/usr/local/sbin/dump-ldap",
    },
    timeout: {
      schema: durationSeconds,
      default: "1d",
      description: "how long the command may take",
      example: "2h",
    },
    index: {
      schema: wholeNumber,
      absent: "none; required when order_mode is index",
      description: "its place in the order: collect is 100, stage 200, store 300, purge 400",
      example: "101",
    },
    run_before: {
      schema: actionNames,
      absent: "none",
      description: "it is done before these actions, when order_mode is dependency",
      example: "stage",
    },
    run_after: {
      schema: actionNames,
      absent: "none",
      description: "it is done after these actions, when order_mode is dependency",
      example: "collect",
    },
  },
} as const satisfies PoolSectionRule;
