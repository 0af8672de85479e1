import { readFileSync, writeSync } from "node:fs";
import { describeError, errnoOf, exitCodeOf } from "../errors/describe.ts";
import { BakupError, UsageError } from "../errors/errors.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { type HelperOptions, helpText, readOptions } from "./options.ts";

export interface Helper {
  name: string;
  purpose: string;
  args: readonly string[];
}

/** What both helpers do around their work: options, `--help`, `--check`. @returns the exit code */
export async function runHelper(
  { name, purpose, args }: Helper,
  work: (options: HelperOptions) => Promise<number>,
): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      writeSync(1, helpText(name, purpose));
      return EXIT.done;
    }
    return options.check ? await checkSettings(options.config) : await work(options);
  } catch (error) {
    writeSync(2, `${name}: ${describeError(error)}\n`);
    if (error instanceof BakupError && error.hint !== undefined) {
      writeSync(2, `  hint: ${error.hint}\n`);
    }
    return exitCodeOf(error);
  }
}

async function checkSettings(file: string): Promise<number> {
  const { parseSettings } = await import("./parse-settings.ts");
  try {
    parseSettings(file, readFileSync(file));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") {
      throw new UsageError(`there is no file ${file}; every module has the default settings`);
    }
    writeSync(1, `${describeError(error)}\n`);
    return EXIT.configuration;
  }
  return EXIT.done;
}
