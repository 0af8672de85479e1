import { readFileSync } from "node:fs";
import { describeError } from "../errors/describe.ts";
import { BakupError, UsageError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { planRotation, type RotationDecision } from "../retention/plan.ts";
import { DEFAULT_ROTATION_SCHEME, parseKeepOption, type RotationScheme } from "../retention/scheme.ts";
import type { RotateCommandOptions } from "./commands/rotate.ts";
import { parseInstant } from "./instant.ts";
import { print, printJson } from "./output.ts";
import type { RotateJson } from "./schema/rotate.ts";
import { formatTable, terminalWidth } from "./table.ts";

/** `bakup rotate --simulate`: what a scheme does with names that are read from a file. Needs no store. */
export function simulateRotation(profile: string | undefined, options: RotateCommandOptions): ExitCode {
  if (profile !== undefined || options.store !== undefined || options.dryRun === true) {
    throw new UsageError(
      "--simulate reads names from its file: a PROFILE, --store and --dry-run make no sense with it",
    );
  }
  const snapshots = planRotation({
    snapshots: readNames(options.simulate ?? "-").map((name) => ({ name })),
    scheme: parseScheme(options.keep),
    relaxed: options.relaxed === true,
    preferRecent: options.preferRecent === true,
    include: options.include ?? [],
    exclude: options.exclude ?? [],
    now: options.now === undefined ? Date.now() : parseInstant(options.now, "--now"),
  });
  if (options.json) {
    printJson({ snapshots } satisfies RotateJson);
  } else {
    printDecisions(snapshots);
  }
  return EXIT.done;
}

/** One line for each snapshot: its name, what happens to it, and why. */
export function printDecisions(decisions: readonly RotationDecision[]): void {
  const rows = decisions.map(({ name, action, reasons }) => [action, name, reasons.join(", ")]);
  if (rows.length > 0) {
    print(formatTable(rows, { width: terminalWidth() }));
  }
}

/** Reads "daily=7" and the like. The default scheme when there are none. @throws UsageError */
export function parseScheme(options: readonly string[] | undefined): RotationScheme {
  if (options === undefined) {
    return DEFAULT_ROTATION_SCHEME;
  }
  const scheme: RotationScheme = {};
  for (const text of options) {
    const parsed = parseKeepOption(text);
    if (parsed === undefined) {
      throw new UsageError(`--keep cannot read "${text}"`, {
        hint: 'write FREQUENCY=COUNT: minutely, hourly, daily, weekly, monthly or yearly; a number above 0, or "always"',
      });
    }
    if (scheme[parsed.frequency] !== undefined) {
      throw new UsageError(`--keep is given twice for "${parsed.frequency}"`);
    }
    scheme[parsed.frequency] = parsed.count;
  }
  return scheme;
}

function readNames(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new BakupError(`cannot read the names in ${file === "-" ? "standard input" : file}: ${describeError(error)}`);
  }
  return text.split("\n").filter((name) => name !== "");
}
