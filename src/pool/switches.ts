import type { Ownership } from "./account.ts";
import { PoolError } from "./errors.ts";
import { POOL_EXIT } from "./exit-codes.ts";
import { DEFAULT_LOG_FILE, DEFAULT_LOG_MODE, DEFAULT_LOG_OWNER } from "./log/file.ts";

/** The switches of cback(1) as the command line gives them. */
export interface PoolSwitches {
  verbose?: boolean;
  quiet?: boolean;
  config?: string;
  full?: boolean;
  managed?: boolean;
  managedOnly?: boolean;
  logfile?: string;
  owner?: string;
  mode?: string;
  output?: boolean;
  debug?: boolean;
  stack?: boolean;
  diagnostics?: boolean;
  import?: string;
}

/** Where the log goes, and whose it is. */
export interface LogSettings {
  path: string;
  mode: number;
  owner: Ownership;
}

/** What is wrong with a command line, before any file is read. @throws PoolError (2). Pure. */
export function checkSwitches(actions: readonly string[], switches: PoolSwitches): LogSettings {
  if (switches.managed && switches.managedOnly) {
    throw usage("--managed and --managed-only exclude each other");
  }
  if (actions.length === 0) {
    throw usage("no action is given");
  }
  return {
    path: switches.logfile ?? DEFAULT_LOG_FILE,
    mode: readMode(switches.mode ?? DEFAULT_LOG_MODE),
    owner: readOwner(switches.owner ?? DEFAULT_LOG_OWNER),
  };
}

function readMode(text: string): number {
  if (!/^[0-7]{3,4}$/.test(text)) {
    throw usage(`--mode must be octal, such as 640, not "${text}"`);
  }
  return Number.parseInt(text, 8);
}

function readOwner(text: string): Ownership {
  const [user = "", group = "", ...rest] = text.split(":");
  if (!/^[A-Za-z_]/.test(user) || !/^[A-Za-z_]/.test(group) || rest.length > 0) {
    throw usage(`--owner must be USER:GROUP, by name, not "${text}"`);
  }
  return { user, group };
}

function usage(message: string): PoolError {
  return new PoolError(POOL_EXIT.usage, message, { hint: "bakup pool --help lists the switches" });
}
