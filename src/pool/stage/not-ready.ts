import { BakupError } from "../../errors/errors.ts";

/** A peer has not collected yet, or is not there. */
export class NotReadyError extends BakupError {
  /** It may be another machine: nobody who allows a peer to be away means this. */
  readonly isSuspicious: boolean;

  constructor(message: string, isSuspicious = false) {
    super(message);
    this.isSuspicious = isSuspicious;
  }
}
