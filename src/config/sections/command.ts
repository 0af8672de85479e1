import type { SectionRule } from "../rule.ts";
import { absolutePath } from "../value-types.ts";
import { alarmKinds, TROUBLE } from "./alarm-kinds.ts";

export const command = {
  description: "a program of your own that is told of alarms",
  keys: {
    path: {
      schema: absolutePath,
      absent: "no program",
      description: "program to call, with the alarm as JSON on its standard input",
      example: "/etc/bakup/alarm",
    },
    on: alarmKinds("what it is told", TROUBLE),
  },
} as const satisfies SectionRule;
