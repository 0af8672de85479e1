import { BakupError } from "./errors.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

/** One line that says what an error was: the message, with the system's error code where there is one. */
export function describeError(error: unknown): string {
  if (error instanceof Error) {
    return error.message;
  }
  return String(error);
}

/** The exit code that an error stands for; anything that bakup did not expect is an internal error. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof BakupError ? error.exitCode : EXIT.internal;
}

/** Errors of Linux that Node.js has no name for, by their numbers; see errno(3). */
const NAMELESS: Readonly<Record<string, string>> = { "-116": "ESTALE", "-117": "EUCLEAN", "-122": "EDQUOT" };

/** The system's error code (ENOENT, EACCES…) of an error, if it has one. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return "errno" in error ? (NAMELESS[String(error.errno)] ?? error.code) : error.code;
  }
  return undefined;
}
