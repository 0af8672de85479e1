import { type Command, Option } from "commander";

export interface CommonOptions {
  config?: string;
  verbose: number;
  quiet: number;
}

export interface LogOptions extends CommonOptions {
  logFormat: "auto" | "human" | "json" | "journal";
}

/** Of commands that report on one store. */
export interface StoreReportOptions extends CommonOptions {
  store?: string;
  json?: boolean;
}

const count = (_: string, previous: number) => previous + 1;

/** The options that every command has. */
export function addCommonOptions(command: Command): Command {
  return command
    .option("--config <file>", "read this configuration (default: /etc/bakup/bakup.conf, or the user's own)")
    .option("-v, --verbose", "say more; may be repeated", count, 0)
    .option("-q, --quiet", "say less; may be repeated", count, 0);
}

/** For commands that write a log. */
export function addLogOptions(command: Command): Command {
  const formats = new Option("--log-format <format>", "how the log is written to standard error")
    .choices(["auto", "human", "json", "journal"])
    .default("auto");
  return addCommonOptions(command).addOption(formats);
}

/** For commands that report something. */
export function addJsonOption(command: Command): Command {
  return command.option("--json", "print one JSON value instead of text");
}

/** For commands about one store: a profile's, or any by its folder. */
export function addStoreOption(command: Command): Command {
  return command.option("--store <dir>", "use the store in this folder instead of a profile's");
}

/** Collects a repeated option. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}
