import type { Command } from "commander";
import { addCommonOptions, addJsonOption, addStoreOption, type StoreReportOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export function addDiffCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("diff [profile] [a] [b]")
    .usage("[options] PROFILE A [B]")
    .description("show what changed from snapshot A to snapshot B, or to the mirror when there is no B");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, a: string | undefined, b: string | undefined, options: StoreReportOptions) => {
      const { diffSnapshots } = await import("../diff-snapshots.ts");
      setExitCode(await diffSnapshots([profile, a, b], options));
    },
  );
}
