import { ALARM_KINDS, type AlarmKind } from "../../watch/alarm.ts";
import { choice } from "../value-types.ts";

/** What people want to know. */
export const TROUBLE = ["failure", "recovery", "absence", "damage"] as const satisfies readonly AlarmKind[];

const kind = choice(ALARM_KINDS);

/** A key that lists kinds of alarms. */
export function alarmKinds<const Default extends readonly AlarmKind[]>(description: string, written: Default) {
  return {
    schema: kind,
    repeats: true,
    default: written,
    description: `${description}: ${ALARM_KINDS.join(", ")}`,
    example: "failure",
  } as const;
}
