import type { Command } from "commander";
import { addCommonOptions, addJsonOption, addStoreOption, type StoreReportOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface RepairCommandOptions extends StoreReportOptions {
  source?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

export function addRepairCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("repair [profile]")
    .usage("[options] [PROFILE]")
    .description("heal damaged files from good copies in other snapshots or the mirror")
    .option("--source", "take good copies from the profile's source too")
    .option("-n, --dry-run", "show the plan, and change nothing")
    .option("-y, --yes", "do not ask before anything is replaced");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, options: RepairCommandOptions) => {
      const { repair } = await import("../repair.ts");
      setExitCode(await repair(profile, options));
    },
  );
}
