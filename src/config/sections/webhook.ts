import type { SectionRule } from "../rule.ts";
import { secretSource, webAddress } from "../value-types.ts";
import { alarmKinds, TROUBLE } from "./alarm-kinds.ts";

export const webhook = {
  description: "alarms as JSON to any address",
  keys: {
    url: {
      schema: webAddress,
      absent: "no webhook",
      description: "address that is posted to, or the file or credential that holds it",
      example: "https://monitor.example.org/bakup",
    },
    token: {
      schema: secretSource,
      absent: "no token",
      description: "file or credential with a bearer token to send along",
      example: "credential:webhook",
    },
    on: alarmKinds("what is posted", TROUBLE),
  },
} as const satisfies SectionRule;
