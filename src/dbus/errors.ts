import { BakupError } from "../errors/errors.ts";

/** The service answered a call with an error. */
export class BusReplyError extends BakupError {
  /** The error's name, as in org.freedesktop.UDisks2.Error.DeviceBusy. */
  readonly errorName: string;

  constructor(what: string, errorName: string, text: string) {
    super(`${what}: ${text.trim() || errorName}`);
    this.errorName = errorName;
  }
}

/** There is no bus, or it went away before it answered: what became of the call is not known. */
export class BusGoneError extends BakupError {}

/** No answer came in time: what became of the call is not known. */
export class BusTimeoutError extends BakupError {}

/** Whether a call may have been done although it failed for us. */
export function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof BusGoneError || error instanceof BusTimeoutError;
}
