import { hostname } from "node:os";
import type { Alarm } from "./alarm.ts";

/** An alarm for programs, as webhooks and commands get it; bakup-alarms(7) describes it. */
export function reportOf({ kind, profile, title, text, log = [] }: Alarm, now: Date): string {
  return JSON.stringify({ event: kind, profile, host: hostname(), time: now.toISOString(), title, text, log });
}
