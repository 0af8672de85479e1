import { formatComplaint } from "../config/complaint.ts";
import { type LoadResult, loadConfiguration } from "../config/load.ts";
import type { Profile } from "../config/profile.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { plural } from "../units/size.ts";
import { printNote } from "./output.ts";

/** Reads the configuration; every warning goes to standard error. @throws ConfigurationError with all mistakes. */
export function readConfiguration(file: string | undefined, names: readonly string[] = []): Profile[] {
  const result = loadConfiguration({ file, profiles: names });
  if (!result.ok) {
    throw configurationError(result);
  }
  for (const warning of result.warnings) {
    printNote(`bakup: warning: ${formatComplaint(warning)}`);
  }
  return result.profiles;
}

export function configurationError(result: Extract<LoadResult, { ok: false }>): ConfigurationError {
  const lines = result.complaints.map(formatComplaint);
  return new ConfigurationError(`the configuration has ${plural(lines.length, "mistake")}:\n${lines.join("\n")}`);
}
