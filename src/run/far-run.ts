import { BakupError } from "../errors/errors.ts";
import type { FarMachine } from "../remote/far-machine.ts";
import type { FarStore } from "../remote/far-store.ts";
import type { FarStoreFacts } from "../remote/inspect.ts";
import type { SshHost } from "../ssh/host.ts";
import type { RunContext } from "./context.ts";

/** The other machine of a run whose destination is not here. */
export interface FarRun {
  /** For people. */
  where: string;
  /** What rsync is told as its target. */
  target: string;
  /** rsync's arguments to get there, for the connection as it is now. */
  rsyncArguments(): string[];
  /** Makes a new connection in place of one that broke, and puts everything in order again. */
  reconnect(): Promise<void>;
  /** Whether anything has worked yet: a connection that never was is not waited for. */
  connected: boolean;
  host?: SshHost;
  /** Absent where nothing but rsync works: a daemon, or ssh with a forced command. */
  machine?: FarMachine;
  facts?: FarStoreFacts;
  /** Absent in a dry run. */
  store?: FarStore;
  /** The bakup there has done what remained, and has given its lock back. */
  finished?: boolean;
}

/** @throws BakupError when the step that opens the destination has not run. */
export function farOf(context: RunContext): FarRun {
  if (context.far === undefined) {
    throw new BakupError("the destination is not open");
  }
  return context.far;
}
