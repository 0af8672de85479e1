import type { Command } from "commander";
import { addCommonOptions, addJsonOption, addStoreOption, type StoreReportOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export function addFindCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("find [profile] [pattern]")
    .usage("[options] PROFILE PATTERN")
    .description("show the versions of a file over time; PATTERN is a path, or a shell pattern such as '*.odt'");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, pattern: string | undefined, options: StoreReportOptions) => {
      const { findFiles } = await import("../find-files.ts");
      setExitCode(await findFiles([profile, pattern], options));
    },
  );
}
