import { readdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { errnoOf } from "../errors/describe.ts";
import { ConfigurationError, GuardError } from "../errors/errors.ts";
import { contains } from "../path/containment.ts";
import type { RunContext } from "./context.ts";

/** Makes sure that the source is there, before anything is touched. @throws GuardError, ConfigurationError */
export async function checkSource({ job }: RunContext): Promise<void> {
  const { destination } = job;
  if (destination.kind === "local" && contains(resolve(destination.directory), resolve(job.source))) {
    throw new ConfigurationError(`the source ${job.source} lies in its own destination ${destination.directory}`, {
      hint: "are the source and the destination swapped?",
    });
  }
  const hint = "is its disk mounted? Nothing was changed.";
  let names: string[];
  try {
    names = readdirSync(job.source);
  } catch (error) {
    const errno = errnoOf(error);
    throw new GuardError(
      errno === "ENOENT"
        ? `the source ${job.source} does not exist`
        : `the source ${job.source} cannot be read: ${errno}`,
      { hint, cause: error },
    );
  }
  if (names.length === 0) {
    throw new GuardError(`the source ${job.source} is empty`, { hint });
  }
  if (job.sourceMustBeMounted && !isMountPoint(job.source)) {
    throw new GuardError(`the source ${job.source} is not a mount point, but must_be_mounted says so`, { hint });
  }
}

function isMountPoint(path: string): boolean {
  const absolute = resolve(path);
  const above = dirname(absolute);
  const [own, parent] = [statSync(absolute), statSync(above)];
  return absolute === "/" || own.dev !== parent.dev || own.ino === parent.ino;
}
