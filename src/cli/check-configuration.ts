import { formatComplaint } from "../config/complaint.ts";
import { type LoadResult, loadConfiguration } from "../config/load.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { plural } from "../units/size.ts";
import type { CheckCommandOptions } from "./commands/check.ts";
import { print, printJson } from "./output.ts";
import type { CheckJson } from "./schema/check.ts";

/** `bakup check`: reports every mistake in the configuration. @returns 1 when there are any. */
export function checkConfiguration(options: CheckCommandOptions): ExitCode {
  const result = loadConfiguration({ file: options.config });
  if (options.json) {
    printJson(toJson(result));
  } else {
    printResult(result);
  }
  return result.ok ? EXIT.done : EXIT.configuration;
}

function printResult(result: LoadResult): void {
  if (!result.ok) {
    for (const complaint of result.complaints) {
      print(formatComplaint(complaint));
    }
    print(plural(result.complaints.length, "mistake"));
    return;
  }
  const { profiles, warnings } = result;
  for (const { message, ...place } of warnings) {
    print(formatComplaint({ ...place, message: `warning: ${message}` }));
  }
  const rest = warnings.length === 0 ? "" : `, ${plural(warnings.length, "warning")}`;
  print(`${plural(profiles.length, "profile")}, no mistakes${rest}`);
}

function toJson(result: LoadResult): CheckJson {
  return {
    ok: result.ok,
    profiles: result.ok
      ? result.profiles.map(({ name, id, file, source, destination }) => ({
          name,
          id,
          file,
          source: source.path,
          destination: destination.location,
        }))
      : [],
    mistakes: result.ok ? [] : result.complaints,
    warnings: result.ok ? result.warnings : [],
  };
}
