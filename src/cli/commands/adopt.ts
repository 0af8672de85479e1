import type { Command } from "commander";
import { addCommonOptions, addJsonOption, addStoreOption, type StoreReportOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface AdoptCommandOptions extends StoreReportOptions {
  subfolder?: string;
  dryRun?: boolean;
}

export function addAdoptCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("adopt [profile] [folder]")
    .usage("[options] [PROFILE] [FOLDER]")
    .description(
      "take over snapshots of rsync-system-backup, rsnapshot or Back In Time; FOLDER is the store unless given",
    )
    .option("--subfolder <name>", "the tree to take from each snapshot of rsnapshot, such as localhost")
    .option("-n, --dry-run", "show what would be taken over, and move nothing");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, folder: string | undefined, options: AdoptCommandOptions) => {
      const { adoptFolder } = await import("../adopt-folder.ts");
      setExitCode(await adoptFolder([profile, folder], options));
    },
  );
}
