import type { Command } from "commander";
import { addCommonOptions, addJsonOption, type CommonOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface DoctorCommandOptions extends CommonOptions {
  json?: boolean;
}

export function addDoctorCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("doctor [profile...]")
    .usage("[options] [PROFILE...]")
    .description("examine whether this machine is fit to back up, and say what to do");
  addCommonOptions(addJsonOption(command)).action(async (names: string[], options: DoctorCommandOptions) => {
    const { examineMachine } = await import("../examine-machine.ts");
    setExitCode(await examineMachine(names, options));
  });
}
