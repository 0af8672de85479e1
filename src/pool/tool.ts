import { type CommandOptions, type CommandResult, firstComplaint, runCommand } from "../process/command.ts";
import { findAccount } from "./account.ts";
import type { PoolContext } from "./context.ts";
import { ActionError } from "./errors.ts";

export interface ToolOptions extends Pick<CommandOptions, "cwd" | "env" | "input" | "timeoutSeconds" | "onStdout"> {
  /** The user who runs it, when we are root; ourselves otherwise. */
  as?: string | undefined;
}

/**
 * Runs a program to its end, in the place of the override for it if there is one. It is stopped with the run.
 * @throws the reason of the signal, when the run is to stop.
 */
export async function runTool(
  context: Pick<PoolContext, "config" | "log" | "signal">,
  command: readonly string[],
  { as, ...options }: ToolOptions = {},
): Promise<CommandResult> {
  context.signal.throwIfAborted();
  const words = overridden(context, command);
  const { prefix, env } = as === undefined ? { prefix: [], env: {} } : asUser(as);
  context.log.debug(`running ${[...prefix, ...words].join(" ")}`);
  const [file = "", ...args] = [...prefix, ...words];
  const result = await runCommand(file, args, {
    ...options,
    env: { ...env, ...options.env },
    signal: context.signal,
  });
  context.signal.throwIfAborted();
  context.log.output(words, `${result.stdout}${result.stderr}`);
  return result;
}

/** The same for a program that must succeed. @throws ActionError with its complaint. */
export async function requireTool(
  context: Pick<PoolContext, "config" | "log" | "signal">,
  command: readonly string[],
  options: ToolOptions = {},
): Promise<CommandResult> {
  const result = await runTool(context, command, options);
  if (result.exitCode !== 0) {
    throw new ActionError(`${command[0]} failed: ${complaintOf(result)}`);
  }
  return result;
}

/** How a program failed, in one line. */
export function complaintOf(result: CommandResult): string {
  return result.timedOut ? "it took too long and was stopped" : firstComplaint(result);
}

/** The command with the program that the configuration names in its place, if it does. */
export function overridden({ config }: Pick<PoolContext, "config">, command: readonly string[]): readonly string[] {
  const found = config.options.override.find((override) => override.command === command[0]);
  return found === undefined ? command : [found.path, ...command.slice(1)];
}

/** setpriv needs no shell and no PAM of the user's. */
function asUser(name: string): { prefix: string[]; env: Record<string, string> } {
  const account = process.geteuid?.() === 0 ? findAccount(name) : undefined;
  if (account === undefined || account.uid === 0) {
    return { prefix: [], env: {} };
  }
  return {
    prefix: ["setpriv", `--reuid=${account.uid}`, `--regid=${account.gid}`, "--init-groups"],
    env: { HOME: account.home, USER: account.name, LOGNAME: account.name },
  };
}
