import type { Command } from "commander";
import { addCommonOptions, addJsonOption, type CommonOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface StatusCommandOptions extends CommonOptions {
  json?: boolean;
}

export function addStatusCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("status [profile...]")
    .usage("[options] [PROFILE...]")
    .description("show how each profile fares: last run, last complete snapshot, next run, trouble");
  addCommonOptions(addJsonOption(command)).action(async (names: string[], options: StatusCommandOptions) => {
    const { reportStatus } = await import("../report-status.ts");
    setExitCode(await reportStatus(names, options));
  });
}
