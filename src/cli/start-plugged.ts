import type { Profile } from "../config/profile.ts";
import { blockNumber, isDeviceThere } from "../disk/block.ts";
import { locateDisk } from "../disk/locate.ts";
import { openToolsBackend } from "../disk/tools-backend.ts";
import { BakupError, MissingBackupDiskError, UsageError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import type { LogOptions } from "./common-options.ts";
import { readConfiguration } from "./configuration.ts";
import { openLog } from "./log.ts";
import { printNote } from "./output.ts";

/** `bakup plugged DEVICE`: starts the units of the profiles whose disk has come, and that want to be started by it. */
export async function startPlugged(device: string, options: LogOptions): Promise<ExitCode> {
  if (!isDeviceThere(device)) {
    printNote(`${device} is gone again`);
    return EXIT.done;
  }
  if (blockNumber(device) === undefined) {
    throw new UsageError(`${device} is no block device`);
  }
  const journal = openLog(options);
  for (const profile of readConfiguration(options.config, [])) {
    if (profile.schedule.whenPlugged && (await isDiskOf(profile, device))) {
      const unit = `bakup@${profile.name}.service`;
      journal.event("diskPlugged", { profile: profile.name, disk: device, unit });
      await start(unit);
    }
  }
  return EXIT.done;
}

async function isDiskOf({ disk }: Profile, device: string): Promise<boolean> {
  try {
    const located = await locateDisk(disk, { backend: openToolsBackend(), interactive: false });
    const known = located.kind === "encrypted" || located.kind === "plain" ? located.device : undefined;
    return known !== undefined && blockNumber(known) === blockNumber(device);
  } catch (error) {
    if (error instanceof MissingBackupDiskError) {
      return false;
    }
    throw error;
  }
}

async function start(unit: string): Promise<void> {
  const result = await runCommand("systemctl", ["start", "--no-block", unit]);
  if (result.exitCode !== 0) {
    throw new BakupError(`cannot start ${unit}: ${firstComplaint(result)}`, { hint: `systemctl status ${unit}` });
  }
}
