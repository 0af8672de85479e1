import type { Command } from "commander";
import { addCommonOptions, type CommonOptions, collect } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface InitCommandOptions extends CommonOptions {
  source?: string;
  exclude?: string[];
  location?: string;
  passwordFile?: string;
  crypto?: string;
  device?: string;
  mount?: string;
  key?: string;
  timerArg?: string[];
  whenPlugged?: boolean;
  keep?: string[];
  /** Absent when neither --enable-timer nor --no-enable-timer is given. */
  enableTimer?: boolean;
  /** False with --no-trial-run. */
  trialRun: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

export function addInitCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("init [name]")
    .usage("[options] [NAME]")
    .description("make a profile: ask what to back up, where to and when, check it, and try it")
    .option("--source <dir>", "the folder to back up (default: /)")
    .option("--exclude <pattern>", "leave out what matches; rsync's pattern; may be repeated", collect)
    .option("--location <location>", "the mirror: DIR/latest, [USER@]HOST:DIR, HOST::MODULE/DIR, rsync://…")
    .option("--password-file <file>", "file with the password for an rsync daemon")
    .option("--crypto <name>", "encrypted disk to unlock: UUID=…, LABEL=…, or a name in /etc/crypttab")
    .option("--device <name>", "disk to mount that is not encrypted: UUID=…, LABEL=…")
    .option("--mount <dir>", "the disk's mount point; without --location, DIR/NAME/latest is the mirror")
    .option("--key <source>", "where the key of the disk comes from: file:/PATH, credential:NAME or ask")
    .option("--timer-arg <timer_arg>", "the interval first, then the time bands; repeat", collect)
    .option("--when-plugged", "back up, if it is due, when the disk is plugged in")
    .option("--keep <frequency=count>", "keep so many snapshots, as in daily=7 or monthly=always; repeat", collect)
    .option("--enable-timer", "let systemd start the backups from now on")
    .option("--no-enable-timer", "leave the timers of systemd alone, without asking")
    .option("--no-trial-run", "leave out the dry run of the first backup")
    .option("-n, --dry-run", "print the profile, and change nothing")
    .option("-y, --yes", "ask nothing: what is not given has its default");
  addCommonOptions(command).action(async (name: string | undefined, options: InitCommandOptions) => {
    const { makeProfile } = await import("../init/make-profile.ts");
    setExitCode(await makeProfile(name, options));
  });
}
