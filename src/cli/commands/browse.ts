import type { Command } from "commander";
import { addCommonOptions, addStoreOption, type CommonOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface BrowseCommandOptions extends CommonOptions {
  store?: string;
}

export function addBrowseCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("browse [profile]")
    .usage("[options] [PROFILE]")
    .description("look into the snapshots on a terminal: folders, versions of a file, what changed, restore");
  addCommonOptions(addStoreOption(command)).action(
    async (profile: string | undefined, options: BrowseCommandOptions) => {
      const { browseStore } = await import("../browse/browse-store.ts");
      setExitCode(await browseStore(profile, options));
    },
  );
}
