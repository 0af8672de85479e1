import { Command } from "commander";
import { addAcceptCommand } from "./commands/accept.ts";
import { addAdoptCommand } from "./commands/adopt.ts";
import { addBackupCommand } from "./commands/backup.ts";
import { addBrowseCommand } from "./commands/browse.ts";
import { addCheckCommand } from "./commands/check.ts";
import { addCleanupCommand } from "./commands/cleanup.ts";
import { addDiffCommand } from "./commands/diff.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addDueCommand } from "./commands/due.ts";
import { addFindCommand } from "./commands/find.ts";
import { addHistoryCommand } from "./commands/history.ts";
import { addInitCommand } from "./commands/init.ts";
import { addListCommand } from "./commands/list.ts";
import { addLocateCommand } from "./commands/locate.ts";
import { addPinCommand, addUnpinCommand } from "./commands/pin.ts";
import { addPluggedCommand } from "./commands/plugged.ts";
import { addPoolCommand } from "./commands/pool.ts";
import { addRepairCommand } from "./commands/repair.ts";
import { addRestoreCommand } from "./commands/restore.ts";
import { addRotateCommand } from "./commands/rotate.ts";
import { addRunCommand } from "./commands/run.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addVerifyCommand } from "./commands/verify.ts";
import { addWatchCommand } from "./commands/watch.ts";
import { addWebCommand } from "./commands/web.ts";
import type { SetExitCode } from "./set-exit-code.ts";
import { VERSION } from "./version.ts";

type AddCommand = (program: Command, setExitCode: SetExitCode) => void;

/** In the order in which the help shows them. */
const COMMANDS: Readonly<Record<string, AddCommand>> = {
  init: addInitCommand,
  run: addRunCommand,
  backup: addBackupCommand,
  status: addStatusCommand,
  history: addHistoryCommand,
  list: addListCommand,
  browse: addBrowseCommand,
  restore: addRestoreCommand,
  find: addFindCommand,
  diff: addDiffCommand,
  verify: addVerifyCommand,
  repair: addRepairCommand,
  rotate: addRotateCommand,
  pin: addPinCommand,
  unpin: addUnpinCommand,
  accept: addAcceptCommand,
  adopt: addAdoptCommand,
  check: addCheckCommand,
  doctor: addDoctorCommand,
  due: addDueCommand,
  watch: addWatchCommand,
  locate: addLocateCommand,
  web: addWebCommand,
  pool: addPoolCommand,
  cleanup: addCleanupCommand,
  plugged: addPluggedCommand,
};

/**
 * The one definition of the command line: help, man page, completion and tests are held against it.
 * @param word the first on the command line: when it is a command, no other needs to be defined.
 */
export function buildProgram(setExitCode: SetExitCode, word = ""): Command {
  const program = new Command("bakup")
    .description("Back up Linux machines: mirror with rsync, snapshot, rotate, restore.")
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .showHelpAfterError("(bakup --help lists the commands)")
    .exitOverride();
  const adders = Object.hasOwn(COMMANDS, word) ? [COMMANDS[word]] : Object.values(COMMANDS);
  for (const add of adders) {
    add?.(program, setExitCode);
  }
  for (const command of program.commands) {
    command.helpOption("-h, --help", "show this help");
    command.showHelpAfterError(`(bakup ${command.name()} --help lists the options)`);
  }
  return program;
}
