import { formatDuration } from "../units/duration.ts";
import { formatBytes, formatCount } from "../units/size.ts";
import { type ExtraFields, type FieldValue, type Level, MESSAGES, type MessageKind } from "./messages.ts";
import { visible } from "./visible.ts";

/** One message on its way to a destination. */
export interface Entry {
  time: Date;
  level: Level;
  kind: MessageKind;
  messageId: string;
  /** On one line, without control characters. */
  message: string;
  /** As they were given: whoever writes them must keep them apart. */
  fields: Readonly<Record<string, FieldValue>>;
}

/** The numbers of syslog(3). */
export const PRIORITY: Readonly<Record<Level, number>> = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 };

const FORMATS: Readonly<Record<string, (value: number) => string>> = {
  count: formatCount,
  size: formatBytes,
  time: formatDuration,
};

/** The text of a message with its fields filled in. A text that ends in an empty field loses the colon before it. */
export function messageText(kind: MessageKind, fields: ExtraFields): string {
  const text = MESSAGES[kind].text.replace(/\{(\w+)(?::(\w+))?\}/g, (_all, name: string, format = "") => {
    const value = fields[name] ?? "";
    return visible(typeof value === "number" ? (FORMATS[format]?.(value) ?? String(value)) : value);
  });
  return text.replace(/[:;]? $/, "");
}
