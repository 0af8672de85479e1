import type { Command } from "commander";
import { addLogOptions, type LogOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface RunCommandOptions extends LogOptions {
  timed?: boolean;
  force?: boolean;
  full?: boolean;
  dryRun?: boolean;
}

export function addRunCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("run [profile...]")
    .description("back up all profiles, or those named: mirror, snapshot, rotate")
    .option("--timed", "ask each profile's schedule first, and skip what is not due")
    .option("--force", "ignore the schedule: with --timed this one, and always the one of an rsync daemon's host")
    .option("--full", "compare everything, also where an index of the source says what has changed")
    .option("-n, --dry-run", "show what would be done, and change nothing at all");
  addLogOptions(command).action(async (names: string[], options: RunCommandOptions) => {
    const { runProfiles } = await import("../run-profiles.ts");
    setExitCode(await runProfiles(names, options));
  });
}
