import { existsSync } from "node:fs";
import { CAPABILITY, hasCapability } from "../process/capabilities.ts";
import { type CommandOptions, type CommandResult, CommandStartError, runCommand } from "../process/command.ts";
import { isProgram } from "../process/is-program.ts";

/** There while systemd is what runs the machine. */
const BOOTED = "/run/systemd/system";
const OUTSIDE = ["systemd-run", "--quiet", "--collect", "--wait", "--pipe", "--"];

/**
 * Runs one of the system's own programs for disks. In the sandbox of bakup's units it would reach no device, and nobody
 * else would see what it mounts or unmounts: there systemd runs it, outside.
 * @throws CommandStartError when it is not installed
 */
export async function runDiskTool(
  program: string,
  args: readonly string[],
  options: Pick<CommandOptions, "input" | "timeoutSeconds"> = {},
): Promise<CommandResult> {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  if (!isProgram(program, path)) {
    throw new CommandStartError(program, "ENOENT");
  }
  const [file = "", ...rest] = [...(isSandboxed() ? OUTSIDE : []), program, ...args];
  return runCommand(file, rest, { ...options, env: { PATH: path } });
}

/** Locking a key in memory is what cryptsetup does first, and what the sandbox does not allow. */
function isSandboxed(): boolean {
  return process.getuid?.() === 0 && existsSync(BOOTED) && !hasCapability(CAPABILITY.ipcLock);
}
