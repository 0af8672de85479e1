import type { Command } from "commander";
import { addCommonOptions, addJsonOption, addStoreOption, type StoreReportOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface VerifyCommandOptions extends StoreReportOptions {
  snapshot?: string;
  new?: boolean;
  part?: string;
  timeLimit?: string;
  byteLimit?: string;
  source?: boolean;
  restoreTest?: string;
}

export function addVerifyCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("verify [profile]")
    .usage("[options] [PROFILE]")
    .description("check that the snapshots are still what they were, against their manifests")
    .option("--snapshot <id>", "check only this snapshot")
    .option("--new", "check only the snapshots that were never checked")
    .option("--part <n/t>", "read only one of t parts of the files; next/t takes the one longest unread")
    .option("--time-limit <duration>", "begin no more files after so long, as in 90m; the next check goes on there")
    .option("--byte-limit <size>", "begin no more files after so many bytes, as in 100G")
    .option("--source", "compare the newest complete snapshot's manifest with the source instead")
    .option("--restore-test <count>", "restore so many files, chosen at random, and compare them, instead");
  addCommonOptions(addJsonOption(addStoreOption(command))).action(
    async (profile: string | undefined, options: VerifyCommandOptions) => {
      const { verify } = await import("../verify.ts");
      setExitCode(await verify(profile, options));
    },
  );
}
