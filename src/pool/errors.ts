import type { ErrorDetails } from "../errors/errors.ts";
import { BakupError } from "../errors/errors.ts";
import { POOL_EXIT, type PoolExitCode } from "./exit-codes.ts";

/** Why `bakup pool` ends with one of its own exit codes. */
export class PoolError extends BakupError {
  readonly poolExitCode: PoolExitCode;

  constructor(poolExitCode: PoolExitCode, message: string, details: ErrorDetails = {}) {
    super(message, details);
    this.poolExitCode = poolExitCode;
  }
}

/** An action cannot be done; those after it are not begun. */
export class ActionError extends PoolError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(POOL_EXIT.failed, message, details);
  }
}
