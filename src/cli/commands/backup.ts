import { type Command, Option } from "commander";
import { addLogOptions, collect, type LogOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface BackupCommandOptions extends LogOptions {
  backup?: boolean;
  snapshot?: boolean;
  rotate?: boolean;
  mount?: string;
  crypto?: string;
  tunnel?: string;
  ionice?: string;
  /** False with --no-sudo. */
  sudo: boolean;
  dryRun?: boolean;
  multiFs?: boolean;
  exclude?: string[];
  force?: boolean;
  disableNotifications?: boolean;
  /** Of bakup to bakup, when one completes a run of the other. */
  handover?: boolean;
}

export function addBackupCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("backup [source] [destination]")
    .usage("[options] [SOURCE] DESTINATION")
    .description("back up without a profile, as rsync-system-backup does; SOURCE is / unless given")
    .option("-b, --backup", "only bring the mirror up to date (unless -s or -r are given too)")
    .option("-s, --snapshot", "only take a snapshot of DESTINATION (unless -b or -r are given too)")
    .option("-r, --rotate", "only remove old snapshots (unless -b or -s are given too)")
    .option("-m, --mount <dir>", "mount the disk of DESTINATION there, and unmount it afterwards")
    .option("-c, --crypto <name>", "unlock the disk of DESTINATION, and lock it afterwards; a name in /etc/crypttab")
    .option("-t, --tunnel <spec>", "reach an rsync daemon through ssh to [USER@]HOST[:PORT]")
    .option("-i, --ionice <class>", "I/O scheduling class of rsync: idle, best-effort or realtime")
    .option("-u, --no-sudo", "do not use sudo when not run as root")
    .option("-n, --dry-run", "show what would be done, and change nothing at all")
    .option("--multi-fs", "go into file systems that are mounted below SOURCE")
    .option("-x, --exclude <pattern>", "leave out what matches; rsync's pattern; may be repeated", collect)
    .option("-f, --force", "run on a system that is not Linux")
    .option("--disable-notifications", "show no notifications on the desktop")
    .addOption(new Option("--handover", "complete a run of another machine, as its bakup asks").hideHelp());
  addLogOptions(command).action(
    async (first: string | undefined, second: string | undefined, options: BackupCommandOptions) => {
      const { runBackup } = await import("../run-backup.ts");
      setExitCode(
        await runBackup(
          [first, second].filter((text) => text !== undefined),
          options,
        ),
      );
    },
  );
}
