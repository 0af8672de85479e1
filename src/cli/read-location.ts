import { type Location, parseLocation } from "../destination/location.ts";
import { InvalidDestinationError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import type { LocateCommandOptions } from "./commands/locate.ts";
import { print, printJson } from "./output.ts";
import type { LocateJson } from "./schema/locate.ts";

/** `bakup locate`: how a location is read. @returns 64 when it cannot be. */
export function readLocation(text: string, { json }: LocateCommandOptions): ExitCode {
  if (!json) {
    print(describeLocation(parseLocation(text)));
    return EXIT.done;
  }
  try {
    printJson(parseLocation(text) satisfies LocateJson);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof InvalidDestinationError)) {
      throw error;
    }
    printJson({ error: "InvalidDestination", message: error.message } satisfies LocateJson);
    return error.exitCode;
  }
}

/** One line a part, with its name in front. Pure. */
export function describeLocation(location: Location): string {
  const { kind, directory } = location;
  const host =
    kind === "local" ? [] : [`hostname   ${location.hostname}`, `username   ${location.username ?? "(not given)"}`];
  const daemon = kind === "daemon" ? [`port       ${location.port}`, `module     ${location.module}`] : [];
  return [`kind       ${kind}`, ...host, ...daemon, `directory  ${directory}`].join("\n").trimEnd();
}
