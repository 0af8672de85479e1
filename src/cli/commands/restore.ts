import type { Command } from "commander";
import { addCommonOptions, addJsonOption, addStoreOption, type StoreReportOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface RestoreCommandOptions extends StoreReportOptions {
  snapshot?: string;
  to: string;
  overwrite?: boolean;
  delete?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

export function addRestoreCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("restore [profile] [path...]")
    .usage("[options] PROFILE [PATH...] --to DIR")
    .description("copy files out of a snapshot; nothing that exists is changed unless asked")
    .requiredOption("--to <dir>", "the folder to restore into; / puts everything where it came from")
    .option("--snapshot <id>", "restore from this snapshot (default: the latest complete one)")
    .option("--overwrite", "replace what exists and differs; the old versions are kept in a folder beside")
    .option("--delete", "take away what the snapshot does not have, below the restored paths; kept likewise")
    .option("-n, --dry-run", "show the plan, and change nothing")
    .option("-y, --yes", "do not ask before something is overwritten or deleted");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, paths: string[], options: RestoreCommandOptions) => {
      const { restoreFiles } = await import("../restore-files.ts");
      setExitCode(await restoreFiles([profile, ...paths], options));
    },
  );
}
