import type { Command } from "commander";
import { addCommonOptions, addJsonOption, addStoreOption, type StoreReportOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface PinCommandOptions extends StoreReportOptions {
  reason?: string;
}

export function addPinCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("pin [profile] [snapshot]")
    .usage("[options] PROFILE SNAPSHOT")
    .description("keep a snapshot for ever, whatever the rotation scheme says")
    .option("--reason <text>", "why, for whoever wonders in a year");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, snapshot: string | undefined, options: PinCommandOptions) => {
      const { pin } = await import("../change-pin.ts");
      setExitCode(await pin([profile, snapshot], options));
    },
  );
}

export function addUnpinCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("unpin [profile] [snapshot]")
    .usage("[options] PROFILE SNAPSHOT")
    .description("leave a pinned snapshot to the rotation scheme again");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, snapshot: string | undefined, options: StoreReportOptions) => {
      const { unpin } = await import("../change-pin.ts");
      setExitCode(await unpin([profile, snapshot], options));
    },
  );
}
