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

/** The system's error code (ENOENT, EACCES…) of an error, if it has one. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return undefined;
}
