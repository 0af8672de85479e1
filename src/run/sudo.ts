import { spawn } from "node:child_process";
import { BakupError } from "../errors/errors.ts";

/** Whether work must be handed to sudo: it wants superuser privileges, and we have none. */
export function needsSudo(sudoEnabled: boolean): boolean {
  return sudoEnabled && process.getuid?.() !== 0;
}

/**
 * Runs a command line of bakup again with superuser privileges, on this terminal. Signals reach it too.
 * @returns its exit code.
 * @throws BakupError when there is no sudo.
 */
export function runWithSudo(program: readonly string[], args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("sudo", ["--", ...program, ...args], { stdio: "inherit" });
    const pass = (name: NodeJS.Signals) => child.kill(name);
    process.on("SIGINT", pass).on("SIGTERM", pass);
    child.once("error", (error) => {
      reject(
        new BakupError("superuser privileges are needed, and sudo cannot be started", {
          hint: "run bakup as root, install sudo, or use --no-sudo to back up what this user can read",
          cause: error,
        }),
      );
    });
    child.once("exit", (code) => {
      process.off("SIGINT", pass).off("SIGTERM", pass);
      resolve(code ?? 5);
    });
  });
}
