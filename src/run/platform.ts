import { type as operatingSystem } from "node:os";
import { UnsupportedPlatformError } from "../errors/errors.ts";

/**
 * Makes sure that this is Linux.
 * @returns a warning when it is not and `force` says to go on all the same.
 * @throws UnsupportedPlatformError
 */
export function checkPlatform(force: boolean, system = operatingSystem()): string | undefined {
  if (system.toLowerCase().includes("linux")) {
    return undefined;
  }
  if (!force) {
    throw new UnsupportedPlatformError(`bakup works on Linux only, and this is ${system}`, {
      hint: "--force runs it all the same, at your own risk",
    });
  }
  return `this is ${system}, not Linux: going on because of --force`;
}
