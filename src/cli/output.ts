import { describeError } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";

/** What a command reports, to standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One JSON value, and nothing else, on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Everything that is not the report itself goes to standard error. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** An error and its hint. What bakup did not expect comes with its stack: somebody has to find the cause. */
export function printError(error: unknown): void {
  if (error instanceof BakupError) {
    printNote(`bakup: ${error.message}`);
    if (error.hint !== undefined) {
      printNote(`  hint: ${error.hint}`);
    }
    return;
  }
  printNote(`bakup: internal error: ${describeError(error)}`);
  if (error instanceof Error && error.stack !== undefined) {
    printNote(error.stack);
  }
}
