import type { SectionRule } from "../rule.ts";
import { mailAddress, yesNo } from "../value-types.ts";
import { alarmKinds, TROUBLE } from "./alarm-kinds.ts";

export const notifications = {
  description: "who is told, and how",
  keys: {
    desktop: { schema: yesNo, default: "yes", description: "show desktop notifications", example: "no" },
    mail: {
      schema: mailAddress,
      absent: "no mail",
      description: "user or address that alarms are mailed to, by sendmail",
      example: "root",
    },
    mail_on: alarmKinds("what is mailed", TROUBLE),
  },
} as const satisfies SectionRule;
