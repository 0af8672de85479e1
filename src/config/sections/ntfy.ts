import type { SectionRule } from "../rule.ts";
import { secretSource, webAddress } from "../value-types.ts";
import { alarmKinds, TROUBLE } from "./alarm-kinds.ts";

export const ntfy = {
  description: "messages to telephones by ntfy",
  keys: {
    url: {
      schema: webAddress,
      absent: "no messages",
      description: "address of the topic, or the file or credential that holds it",
      example: "https://ntfy.sh/my-backups",
    },
    token: {
      schema: secretSource,
      absent: "no token",
      description: "file or credential with an access token for the topic",
      example: "file:/etc/bakup/ntfy.token",
    },
    on: alarmKinds("what is published", TROUBLE),
  },
} as const satisfies SectionRule;
