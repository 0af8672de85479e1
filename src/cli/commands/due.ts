import type { Command } from "commander";
import { addCommonOptions, addJsonOption, type CommonOptions, collect } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface DueCommandOptions extends CommonOptions {
  json?: boolean;
  simulate?: boolean;
  now?: string;
  last?: string;
  arg?: string[];
  flagFile?: boolean;
  force?: boolean;
}

export function addDueCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("due [profile...]")
    .usage("[options] [PROFILE...]")
    .description("say whether it is time for a backup, by which rule, and when next")
    .option("--simulate", "ask the rules alone, with the answers below instead of a profile")
    .option("--now <time>", "simulate: the present, as in 2026-11-22T02:00:13Z")
    .option("--last <time>", "simulate: when the newest successful backup began")
    .option("--arg <timer_arg>", "simulate: the interval first, then the time bands; repeat", collect)
    .option("--flag-file", "simulate: the flag file asks for a backup")
    .option("--force", "simulate: the backup is forced");
  addCommonOptions(addJsonOption(command)).action(async (names: string[], options: DueCommandOptions) => {
    const { askDue } = await import("../ask-due.ts");
    setExitCode(await askDue(names, options));
  });
}
