import type { Command } from "commander";
import { addLogOptions, type LogOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export function addPluggedCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("plugged <device>")
    .usage("[options] DEVICE")
    .description(
      "start the profiles whose disk this is, where they ask for that; the rules of udev do it by themselves",
    );
  addLogOptions(command).action(async (device: string, options: LogOptions) => {
    const { startPlugged } = await import("../start-plugged.ts");
    setExitCode(await startPlugged(device, options));
  });
}
