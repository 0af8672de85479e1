import type { Journal } from "../../journal/journal.ts";
import type { LogFile } from "./file.ts";

/** How `bakup pool` tells what it does: to its file, to the screen, and to the journal where there is one. */
export interface PoolLog {
  debug(text: string): void;
  info(text: string): void;
  warning(text: string): void;
  error(text: string): void;
  /** What a program that was run has written, when the switches ask for it. */
  output(command: readonly string[], text: string): void;
}

export interface LogChoices {
  verbose: boolean;
  quiet: boolean;
  debug: boolean;
  /** Record the output of programs; implied by debug. */
  output: boolean;
}

const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;

export type LogLevel = (typeof LEVELS)[number];

/**
 * The file has everything from INFO on, with --debug all. The screen has errors only, so that a run without trouble
 * is silent; with --verbose what the file has, with --quiet nothing. Within a systemd unit the journal takes the place
 * of the screen and has INFO and up.
 */
export function createLog(
  { file, screen, journal }: { file: LogFile; screen: (text: string) => void; journal: Journal | undefined },
  choices: LogChoices,
): PoolLog {
  const least = choices.debug ? 0 : 1;
  const leastOnScreen = choices.quiet ? LEVELS.length : choices.verbose ? least : LEVELS.indexOf("ERROR");
  const write = (level: LogLevel, text: string) => {
    const rank = LEVELS.indexOf(level);
    if (rank >= least) {
      file.line(level, text);
    }
    if (journal !== undefined) {
      journal.event(KINDS[level], { text });
    } else if (rank >= leastOnScreen) {
      screen(text);
    }
  };
  return {
    debug: (text) => write("DEBUG", text),
    info: (text) => write("INFO", text),
    warning: (text) => write("WARNING", text),
    error: (text) => write("ERROR", text),
    output: (command, text) => {
      if (choices.output || choices.debug) {
        file.line("DEBUG", `output of ${command.join(" ")}:`);
        file.raw(text);
      }
    },
  };
}

const KINDS = { DEBUG: "poolDetail", INFO: "poolNote", WARNING: "poolWarning", ERROR: "poolProblem" } as const;
