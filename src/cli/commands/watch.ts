import type { Command } from "commander";
import { addJsonOption, addLogOptions, type LogOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface WatchCommandOptions extends LogOptions {
  json?: boolean;
}

export function addWatchCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("watch [profile...]")
    .usage("[options] [PROFILE...]")
    .description("raise an alarm about each profile that had no complete snapshot for too long, and say when it has");
  addLogOptions(addJsonOption(command)).action(async (names: string[], options: WatchCommandOptions) => {
    const { watchProfiles } = await import("../watch-profiles.ts");
    setExitCode(await watchProfiles(names, options));
  });
}
