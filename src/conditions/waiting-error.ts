import { BakupError } from "../errors/errors.ts";
import { EXIT } from "../errors/exit-codes.ts";
import type { Wait } from "./rules.ts";

/** A condition of this machine, such as that it runs on battery, makes a run wait that is due. */
export class WaitingError extends BakupError {
  override readonly exitCode = EXIT.skipped;
  readonly condition: Wait["condition"];

  constructor({ condition, reason }: Wait) {
    super(reason);
    this.condition = condition;
  }
}
