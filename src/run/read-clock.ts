import { uptime } from "node:os";
import { bootId } from "../lock/machine.ts";
import type { ClockReading } from "../schedule/clock.ts";

/** How this machine's clock stands. */
export function readClock(): ClockReading {
  return { nowMs: Date.now(), uptimeMs: uptime() * 1000, bootId: bootId() };
}
