import { runCommand } from "../../process/command.ts";

const TIME_LIMIT_SECONDS = 20;

/** What a program prints; undefined when it is not there, hangs, or says that it failed. */
export async function ask(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await runCommand(program, args, { timeoutSeconds: TIME_LIMIT_SECONDS });
    return exitCode === 0 ? stdout.toString("utf8") : undefined;
  } catch {
    return undefined;
  }
}
