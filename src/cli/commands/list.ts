import type { Command } from "commander";
import { addCommonOptions, addJsonOption, addStoreOption, type StoreReportOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export function addListCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("list [profile]")
    .usage("[options] [PROFILE]")
    .description("show the snapshots: state, age, size, and why each is kept");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, options: StoreReportOptions) => {
      const { listStore } = await import("../list-store.ts");
      setExitCode(await listStore(profile, options));
    },
  );
}
