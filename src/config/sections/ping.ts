import type { SectionRule } from "../rule.ts";
import { webAddress } from "../value-types.ts";
import { alarmKinds } from "./alarm-kinds.ts";

export const ping = {
  description: "a check of healthchecks.io, or of what works like it",
  keys: {
    url: {
      schema: webAddress,
      absent: "no pings",
      description: "address of the check, or the file or credential that holds it",
      example: "file:/etc/bakup/laptop.ping",
    },
    on: alarmKinds("what is told to it", ["start", "success", "failure"]),
  },
} as const satisfies SectionRule;
