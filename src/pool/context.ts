import type { Day } from "./calendar.ts";
import type { PoolConfig } from "./config/model.ts";
import type { PoolLog } from "./log/log.ts";
import type { Memory } from "./memory.ts";

/** What every action works with. */
export interface PoolContext {
  config: PoolConfig;
  log: PoolLog;
  memory: Memory;
  /** When the run began. */
  started: Date;
  /** Its day, which stays the same though midnight passes. */
  today: Day;
  /** --full */
  full: boolean;
  /** Aborted when the run is to stop. */
  signal: AbortSignal;
  /** Gives a file to the backup user and group. */
  giveAway(path: string): void;
  /** A part of an action failed; the rest goes on, and the exit code will say so. */
  problem(text: string): void;
}
