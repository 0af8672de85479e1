import type { SectionRule } from "../rule.ts";
import { absolutePath, durationSeconds, text, yesNo } from "../value-types.ts";

export const schedule = {
  description: "when a timed run is due",
  keys: {
    timer_arg: {
      schema: text,
      repeats: true,
      default: [
        "20h",
        "Mon,Tue,Wed,Thu,Fri,00,01,02,03,04,05,19,20,21,22,23",
        "Sat,Sun,00,01,02,03,04,05,06,07,08,17,18,19,20,21,22,23",
      ],
      description: "first the interval, then any number of time bands",
      example: "12h",
    },
    timer_script: {
      schema: absolutePath,
      absent: "the built-in rule decides",
      description: "program that decides instead of the built-in rule",
      example: "/etc/bakup/timer-script",
    },
    timer_timeout: {
      schema: durationSeconds,
      default: "1m",
      description: "time after which the timer script is stopped, which is an error",
      example: "5m",
    },
    allow_force: {
      schema: yesNo,
      default: "yes",
      description: "whether a run may be forced when it is not due",
      example: "no",
    },
    when_plugged: {
      schema: yesNo,
      default: "no",
      description: "whether plugging in the backup disk starts a run that is due",
      example: "yes",
    },
  },
} as const satisfies SectionRule;
