import { parseArgs } from "node:util";
import { UsageError } from "../errors/errors.ts";
import { DEFAULT_FILE } from "./settings.ts";

export interface HelperOptions {
  config: string;
  runtimeDirectory: string | undefined;
  help: boolean;
  check: boolean;
}

/** The command line that both helpers have. @throws UsageError */
export function readOptions(args: readonly string[]): HelperOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: "string", default: DEFAULT_FILE },
        "runtime-directory": { type: "string" },
        check: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const { config, help, check } = values;
    return { config, runtimeDirectory: values["runtime-directory"], help, check };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { hint: "try --help" });
  }
}

/** What `--help` prints. */
export function helpText(name: string, purpose: string): string {
  return [
    `Usage: ${name} [--config FILE] [--runtime-directory DIR]`,
    purpose,
    "",
    `  --config FILE            the modules' settings (${DEFAULT_FILE}; there need not be one)`,
    "  --runtime-directory DIR  where both helpers keep their notes (/run/bakup)",
    "  --check                  only say what is wrong with the settings",
    "  --help                   this text",
    "",
    "rsyncd runs it; bakup-xfer(8) has the lines for rsyncd.conf.",
    "",
  ].join("\n");
}
