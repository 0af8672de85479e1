import type { Command } from "commander";
import {
  addCommonOptions,
  addJsonOption,
  addStoreOption,
  collect,
  type StoreReportOptions,
} from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface RotateCommandOptions extends StoreReportOptions {
  dryRun?: boolean;
  simulate?: string;
  keep?: string[];
  relaxed?: boolean;
  preferRecent?: boolean;
  include?: string[];
  exclude?: string[];
  now?: string;
}

export function addRotateCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("rotate [profile]")
    .usage("[options] [PROFILE]")
    .description("remove the snapshots that the rotation scheme does not keep; show what stays and why")
    .option("-n, --dry-run", "show what would stay and go, and remove nothing")
    .option("--simulate <file>", "only show what the scheme does with the snapshot names in this file (- is stdin)")
    .option("--keep <frequency=count>", "simulate: keep so many, as in daily=7 or monthly=always; repeat", collect)
    .option("--relaxed", "simulate: count only the time slots that hold a snapshot")
    .option("--prefer-recent", "simulate: keep the newest snapshot of each time slot, not the oldest")
    .option("--include <pattern>", "simulate: rotate only the names that match; may be repeated", collect)
    .option("--exclude <pattern>", "simulate: leave out the names that match; may be repeated", collect)
    .option("--now <time>", "simulate: the present, as in 2026-11-22T02:00:13Z");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, options: RotateCommandOptions) => {
      if (options.simulate !== undefined) {
        const { simulateRotation } = await import("../simulate-rotation.ts");
        setExitCode(simulateRotation(profile, options));
        return;
      }
      const { rotateStore } = await import("../rotate-store.ts");
      setExitCode(await rotateStore(profile, options));
    },
  );
}
