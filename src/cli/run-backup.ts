import { randomUUID } from "node:crypto";
import { UsageError } from "../errors/errors.ts";
import { runWithSudo } from "../run/sudo.ts";
import { SystemBackup, type SystemBackupOptions } from "../run/system-backup.ts";
import { parseIonice } from "../transfer/ionice.ts";
import type { BackupCommandOptions } from "./commands/backup.ts";
import { openLog } from "./log.ts";
import { runHandover } from "./run-handover.ts";
import { runJob } from "./run-job.ts";
import { stopOnSignals } from "./stop-signals.ts";

/** `bakup backup`: one run that the command line describes. @returns the exit code. */
export async function runBackup(places: readonly string[], options: BackupCommandOptions): Promise<number> {
  const backup = new SystemBackup(toOptions(places, options));
  const journal = openLog(options);
  const warning = backup.ensureSupportedPlatform();
  if (warning !== undefined) {
    journal.event("warning", { text: warning });
  }
  if (backup.needsSudo) {
    return runWithSudo(backup.sudoCommand(), process.argv.slice(2));
  }
  const job = backup.job();
  const { signal, release } = stopOnSignals();
  try {
    if (options.handover === true) {
      return await runHandover(job, { journal, signal });
    }
    const log = journal.child({ profile: backup.name, run: randomUUID() });
    return (await runJob(job, { journal: log, signal })).exitCode;
  } finally {
    release();
  }
}

/** The options as the library wants them. @throws UsageError */
export function toOptions(places: readonly string[], options: BackupCommandOptions): SystemBackupOptions {
  const { backup = false, snapshot = false, rotate = false } = options;
  const all = !backup && !snapshot && !rotate;
  const actions = { backupEnabled: all || backup, snapshotEnabled: all || snapshot, rotateEnabled: all || rotate };
  const [source, destination] = places.length === 2 ? places : [undefined, places[0]];
  const ionice = options.ionice === undefined ? undefined : parseIonice(options.ionice);
  if (options.ionice !== undefined && ionice === undefined) {
    throw new UsageError(`--ionice does not know the class "${options.ionice}"`, {
      hint: "it is one of idle, best-effort, realtime",
    });
  }
  if (destination === undefined && (actions.backupEnabled || !process.env.RSYNC_MODULE_PATH)) {
    throw new UsageError("the DESTINATION is missing", {
      hint: "bakup backup [SOURCE] DESTINATION; only -s and -r take it from $RSYNC_MODULE_PATH",
    });
  }
  return {
    ...actions,
    ...(destination === undefined ? {} : { destination }),
    ...(source === undefined ? {} : { source }),
    ...(ionice === undefined ? {} : { ionice }),
    ...(options.mount === undefined ? {} : { mountPoint: options.mount }),
    ...(options.crypto === undefined ? {} : { cryptoDevice: options.crypto }),
    ...(options.tunnel === undefined ? {} : { tunnel: options.tunnel }),
    sudoEnabled: options.sudo,
    dryRun: options.dryRun === true,
    oneFileSystem: options.multiFs !== true,
    excludeList: options.exclude ?? [],
    force: options.force === true,
    ...(options.disableNotifications === true ? { notificationsEnabled: false } : {}),
  };
}
