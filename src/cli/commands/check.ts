import type { Command } from "commander";
import { addCommonOptions, addJsonOption, type CommonOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface CheckCommandOptions extends CommonOptions {
  json?: boolean;
}

export function addCheckCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program.command("check").description("check the configuration: every mistake at once, with its line");
  addCommonOptions(addJsonOption(command)).action(async (options: CheckCommandOptions) => {
    const { checkConfiguration } = await import("../check-configuration.ts");
    setExitCode(checkConfiguration(options));
  });
}
