import type { RsyncContext } from "./rsync.ts";

const CLASSES: Readonly<Record<string, NonNullable<RsyncContext["ionice"]>>> = {
  idle: "idle",
  "best-effort": "best-effort",
  realtime: "realtime",
  "1": "realtime",
  "2": "best-effort",
  "3": "idle",
};

/** An I/O scheduling class by its name or ionice(1)'s number, in any case. Undefined for anything else. */
export function parseIonice(text: string): RsyncContext["ionice"] {
  return CLASSES[text.trim().toLowerCase()];
}
