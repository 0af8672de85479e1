import { isJournalStream } from "../systemd/journal-stream.ts";
import { type Entry, PRIORITY } from "./entry.ts";
import type { Level } from "./messages.ts";
import { visible } from "./visible.ts";

/**
 * human: for a terminal. journal: for a systemd unit, by journald's own protocol or else as lines with their priority on
 * standard error. json: for files and programs.
 */
export type Format = "human" | "journal" | "json";

/** The form that suits where the messages go: the environment is that of the process, the stream its standard error. */
export function chooseFormat(
  stream: { readonly isTTY?: boolean | undefined; readonly fd: number },
  env: Readonly<Record<string, string | undefined>>,
): Format {
  if (stream.isTTY) {
    return "human";
  }
  return isJournalStream(stream.fd, env) ? "journal" : "json";
}

/** The lines of an entry, each with its line end. */
export function render(entry: Entry, format: Format, color: boolean): string {
  switch (format) {
    case "human":
      return humanLines(entry, color);
    case "journal":
      return journalLines(entry);
    case "json":
      return jsonLine(entry);
  }
}

const WORDS: Readonly<Partial<Record<Level, { word: string; color: string }>>> = {
  warning: { word: "warning: ", color: "\x1b[33m" },
  error: { word: "error: ", color: "\x1b[31m" },
};

function humanLines(entry: Entry, color: boolean): string {
  const emphasis = WORDS[entry.level];
  const word = emphasis === undefined ? "" : color ? `${emphasis.color}${emphasis.word}\x1b[0m` : emphasis.word;
  const line = `${clock(entry.time)} ${profilePrefix(entry)}${word}${entry.message}\n`;
  const hint = hintOf(entry);
  return hint === "" ? line : `${line}         hint: ${hint}\n`;
}

function clock(time: Date): string {
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

function journalLines(entry: Entry): string {
  const start = `<${PRIORITY[entry.level]}>${profilePrefix(entry)}`;
  const hint = hintOf(entry);
  return `${start}${entry.message}\n${hint === "" ? "" : `${start}hint: ${hint}\n`}`;
}

/** The name of the profile, as it stands before a message. */
export function profilePrefix({ fields }: Entry): string {
  return fields.profile === undefined ? "" : `${visible(String(fields.profile))}: `;
}

/** The hint of an entry on one line; empty without one. */
export function hintOf({ fields }: Entry): string {
  return visible(String(fields.hint ?? ""));
}

function jsonLine(entry: Entry): string {
  return `${JSON.stringify({
    ...Object.fromEntries(Object.entries(entry.fields).map(([name, value]) => [fieldName(name), value])),
    MESSAGE: entry.message,
    PRIORITY: PRIORITY[entry.level],
    MESSAGE_ID: entry.messageId,
    BAKUP_KIND: entry.kind,
    BAKUP_TIME: entry.time.toISOString(),
  })}\n`;
}

/** "exitCode" is BAKUP_EXIT_CODE in the journal. */
export function fieldName(name: string): string {
  return `BAKUP_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`;
}
