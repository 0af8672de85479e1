import { chooseFormat, type Journal, openJournal } from "../journal/journal.ts";
import type { LogOptions } from "./common-options.ts";

const LEVELS = ["debug", "info", "notice", "warning", "error"] as const;
const DEFAULT_LEVEL = LEVELS.indexOf("info");

/** The log as the options want it: on a terminal for people, elsewhere with fields. */
export function openLog(options: LogOptions): Journal {
  const wanted = DEFAULT_LEVEL - options.verbose + options.quiet;
  const level = LEVELS[Math.min(Math.max(wanted, 0), LEVELS.length - 1)] ?? "info";
  const format = options.logFormat === "auto" ? chooseFormat(process.stderr, process.env) : options.logFormat;
  return openJournal({ format, level });
}
