import { isatty } from "node:tty";
import { pino } from "pino";
import { isJournalStream } from "../systemd/journal-stream.ts";
import { type Entry, messageText } from "./entry.ts";
import { type Format, render } from "./formats.ts";
import { openJournald } from "./journald.ts";
import { type EventFields, type ExtraFields, type Level, MESSAGES, type MessageKind } from "./messages.ts";
import { writeToStandardError } from "./write.ts";

export { chooseFormat, type Format } from "./formats.ts";

export interface Journal {
  /**
   * Writes one message, before it returns. Numbers belong in the fields as numbers; paths must be text for people
   * (see `printable`). An empty `hint` is left out; any other is shown on a line of its own.
   */
  event<Kind extends MessageKind>(kind: Kind, fields: EventFields<Kind>): void;
  /** A journal whose messages all have these fields too, such as profile, run and step. */
  child(fields: ExtraFields): Journal;
}

export interface JournalOptions {
  format: Format;
  /** Messages below it are left out. */
  level: Level;
  /** Takes finished lines; standard error by default. */
  write?: (text: string) => void;
  fields?: ExtraFields;
}

const LEVELS: Readonly<Record<Level, number>> = { debug: 20, info: 30, notice: 35, warning: 40, error: 50 };

/** Loads pino: where start-up time counts, import this file only when something is to be logged. */
export function openJournal(options: JournalOptions): Journal {
  const write = destination(options);
  const logger = pino<Level>(
    { level: options.level, customLevels: { ...LEVELS }, useOnlyCustomLevels: true, base: null, timestamp: false },
    { write: (line) => write(entryOf(JSON.parse(line))) },
  );
  return journalWith(logger, options.fields ?? {});
}

type Logger = Pick<ReturnType<typeof pino<Level>>, Level>;

function journalWith(logger: Logger, base: ExtraFields): Journal {
  return {
    event: (kind, fields) => {
      logger[MESSAGES[kind].level]({ kind, fields: { ...base, ...fields } });
    },
    child: (fields) => journalWith(logger, { ...base, ...fields }),
  };
}

/** What comes back from pino, which has serialised it. */
function entryOf({ kind, fields }: { kind: MessageKind; fields: Entry["fields"] }): Entry {
  const { id, level } = MESSAGES[kind];
  const given = Object.fromEntries(Object.entries(fields).filter(([name, value]) => name !== "hint" || value !== ""));
  return { time: new Date(), level, kind, messageId: id, message: messageText(kind, given), fields: given };
}

/** Where entries go: to journald when standard error leads there, else to whoever takes lines. */
function destination({ format, write }: JournalOptions): (entry: Entry) => void {
  const color = format === "human" && write === undefined && isatty(2) && !process.env.NO_COLOR;
  const lines = (entry: Entry) => (write ?? writeToStandardError)(render(entry, format, color));
  const toJournald = format === "journal" && write === undefined && isJournalStream(2, process.env);
  return toJournald ? openJournald(lines) : lines;
}
