import { CommanderError } from "commander";
import { exitCodeOf } from "../errors/describe.ts";
import { explainDiskError } from "../errors/disk-error.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { endProcessNow } from "../process/end.ts";
import { printError } from "./output.ts";
import { buildProgram } from "./program.ts";

/** Runs the command line and says with which exit code the process should end. Never throws. */
export async function main(args: readonly string[]): Promise<number> {
  // A reader that has seen enough (`bakup list | head`) is no error.
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => endProcessNow(code === "EPIPE" ? 0 : EXIT.failed));
  let exitCode: number = EXIT.done;
  const program = buildProgram((code) => {
    exitCode = code;
  }, args[0]);
  if (args.length === 0) {
    program.outputHelp();
    return EXIT.usage;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return usageExitCode(error);
    }
    const explained = explainDiskError(error);
    printError(explained);
    return exitCodeOf(explained);
  }
}

/** commander's own code is 1; a command whose exit codes are its own brings another. */
function usageExitCode({ exitCode }: CommanderError): number {
  return exitCode === 1 ? EXIT.usage : exitCode;
}
