import type { Command } from "commander";
import { addCommonOptions, addJsonOption, addStoreOption, type StoreReportOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export function addAcceptCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("accept [profile] [snapshot]")
    .usage("[options] [PROFILE] [SNAPSHOT]")
    .description("let pass what bakup held back: a refused run, a suspect snapshot, another store than before");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, snapshot: string | undefined, options: StoreReportOptions) => {
      const { acceptDoubts } = await import("../accept-doubts.ts");
      setExitCode(await acceptDoubts([profile, snapshot], options));
    },
  );
}
