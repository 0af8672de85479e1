import { writeSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";

const STANDARD_ERROR = 2;
const FULL_WAIT_MS = 5;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes all of a text to standard error before it returns, so that nothing is lost when the process ends. Waits while
 * a pipe is full. When nobody reads any more, or the disk of the log is full, the text is dropped: a backup does not
 * fail for that.
 */
export function writeToStandardError(text: string): void {
  let rest: Uint8Array = Buffer.from(text, "utf8");
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STANDARD_ERROR, rest));
    } catch (error) {
      if (errnoOf(error) !== "EAGAIN") {
        return;
      }
      Atomics.wait(sleeper, 0, 0, FULL_WAIT_MS);
    }
  }
}
