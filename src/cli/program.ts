import { Command } from "commander";
import { addBackupCommand } from "./backup.ts";
import { addRunCommand } from "./run.ts";
import { VERSION } from "./version.ts";

/** Tells the exit code of a command that has done its work. */
export type SetExitCode = (code: number) => void;

/** The one definition of the command line: help, man page, completion and tests are held against it. */
export function buildProgram(setExitCode: SetExitCode): Command {
  const program = new Command("bakup")
    .description("Back up Linux machines: mirror with rsync, snapshot, rotate, restore.")
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .showHelpAfterError("(bakup --help lists the commands)")
    .exitOverride();
  for (const add of [addRunCommand, addBackupCommand]) {
    add(program, setExitCode);
  }
  for (const command of program.commands) {
    command.exitOverride().helpOption("-h, --help", "show this help");
    command.showHelpAfterError(`(bakup ${command.name()} --help lists the options)`);
  }
  return program;
}
