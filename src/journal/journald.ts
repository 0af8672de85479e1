import type { DatagramSocket } from "../systemd/datagram.ts";
import { connectDatagram } from "../systemd/datagram.ts";
import { ownUnit } from "../systemd/own-unit.ts";
import { type Entry, PRIORITY } from "./entry.ts";
import { fieldName, hintOf, profilePrefix } from "./formats.ts";

const SOCKET = "/run/systemd/journal/socket";
const IDENTIFIER = "bakup";

/**
 * Writes entries to journald in its own protocol, with their fields. What it does not take, because it is not there, goes
 * to `otherwise`; the next entry tries again.
 */
export function openJournald(otherwise: (entry: Entry) => void, path = SOCKET): (entry: Entry) => void {
  const unit = ownUnit();
  let socket: DatagramSocket | undefined;
  return (entry) => {
    try {
      socket ??= connectDatagram(path);
      socket.send(encode(journalFields(entry, unit)));
    } catch {
      socket = undefined;
      otherwise(entry);
    }
  };
}

/** The fields of an entry, as the journal names them. Pure. */
export function journalFields(entry: Entry, unit: string | undefined): [name: string, value: string][] {
  const hint = hintOf(entry);
  const message = `${profilePrefix(entry)}${entry.message}${hint === "" ? "" : `\nhint: ${hint}`}`;
  const own = Object.entries(entry.fields).map(([name, value]): [string, string] => [fieldName(name), String(value)]);
  return [
    ["MESSAGE", message],
    ["PRIORITY", String(PRIORITY[entry.level])],
    ["MESSAGE_ID", entry.messageId],
    ["SYSLOG_IDENTIFIER", IDENTIFIER],
    ["BAKUP_KIND", entry.kind],
    ...own,
    // journald looks up the unit of a process when it reads what was sent, which may be after its end.
    ...(unit === undefined ? [] : [["OBJECT_SYSTEMD_UNIT", unit] satisfies [string, string]]),
  ];
}

/** A datagram of journald's native protocol: a value with a line end is preceded by its length. Pure. */
export function encode(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(
    fields.map(([name, value]) => {
      const bytes = Buffer.from(value, "utf8");
      if (!bytes.includes("\n")) {
        return Buffer.concat([Buffer.from(`${name}=`), bytes, LINE_END]);
      }
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(bytes.length));
      return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, LINE_END]);
    }),
  );
}

const LINE_END = Buffer.from("\n");
