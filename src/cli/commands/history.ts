import type { Command } from "commander";
import { addCommonOptions, addJsonOption, type CommonOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface HistoryCommandOptions extends CommonOptions {
  json?: boolean;
  limit: string;
  run?: string;
}

export function addHistoryCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("history [profile...]")
    .usage("[options] [PROFILE...]")
    .description("show the last runs of each profile: when, how long, how they ended, what they did")
    .option("-l, --limit <count>", "so many runs of each profile, the newest ones", "20")
    .option("--run <id>", "all about one run: its steps and the end of its log");
  addCommonOptions(addJsonOption(command)).action(async (names: string[], options: HistoryCommandOptions) => {
    const { reportHistory } = await import("../report-history.ts");
    setExitCode(reportHistory(names, options));
  });
}
