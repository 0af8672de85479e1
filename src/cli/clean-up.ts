import { describeError } from "../errors/describe.ts";
import { AlreadyRunningError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { acquireGuard, type Guard } from "../lock/guard.ts";
import { closeLeftOpen } from "../run/close-left-open.ts";
import { guardKeysOfOpenDisks, readOpenDisk } from "../run/open-disks.ts";
import type { LogOptions } from "./common-options.ts";

/** `bakup cleanup`: closes what killed runs have left open; what living ones use stays. @returns 5 if a disk stays open */
export async function cleanUp(options: LogOptions): Promise<ExitCode> {
  const keys = guardKeysOfOpenDisks();
  if (keys.length === 0) {
    return EXIT.done;
  }
  const { openLog } = await import("./log.ts");
  const journal = openLog(options);
  let exitCode: ExitCode = EXIT.done;
  for (const key of keys) {
    const guard = await guardOfDead(key);
    const left = guard === undefined ? undefined : readOpenDisk(key);
    try {
      if (left !== undefined) {
        await closeLeftOpen(left, journal.child({ profile: left.profile }));
      }
    } catch (error) {
      exitCode = EXIT.failed;
      journal.event("undoFailed", { step: "close the disk of a killed run", error: describeError(error) });
    } finally {
      guard?.release();
    }
  }
  return exitCode;
}

/** The lock of a run, if that run is dead. */
async function guardOfDead(key: string): Promise<Guard | undefined> {
  try {
    return await acquireGuard({ key, describe: "cleaning up after a killed run" });
  } catch (error) {
    if (error instanceof AlreadyRunningError) {
      return undefined;
    }
    throw error;
  }
}
