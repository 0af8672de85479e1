import type { Command } from "commander";
import { addCommonOptions, addJsonOption, type CommonOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface LocateCommandOptions extends CommonOptions {
  json?: boolean;
}

export function addLocateCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("locate <location>")
    .usage("[options] LOCATION")
    .description("show how a location is read: a local folder, a folder over ssh, or an rsync daemon's module");
  addCommonOptions(addJsonOption(command)).action(async (location: string, options: LocateCommandOptions) => {
    const { readLocation } = await import("../read-location.ts");
    setExitCode(readLocation(location, options));
  });
}
