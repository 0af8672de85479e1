import type { Command } from "commander";
import { addLogOptions, type LogOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export function addCleanupCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("cleanup")
    .description("unmount and lock the disks that killed runs have left open; the systemd units do it by themselves");
  addLogOptions(command).action(async (options: LogOptions) => {
    const { cleanUp } = await import("../clean-up.ts");
    setExitCode(await cleanUp(options));
  });
}
