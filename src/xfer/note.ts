import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RequestKind } from "./classify.ts";
import { noteFile } from "./places.ts";
import type { Connection, Request } from "./request.ts";
import { chainOf, isSame, isWitness, lives } from "./witness.ts";

/** What pre-xfer leaves for post-xfer. */
export interface Note extends Connection {
  kind: RequestKind | "refused";
  module: string;
  path: string;
  /** ISO 8601 in UTC. */
  started: string;
}

/** More than this many notes lie there only when post-xfer does not take them away. */
const MANY = 100;

/** Leaves the note, whole or not at all. An older one with the same number is of a process that is gone. */
export function leaveNote(folder: string, note: Note): void {
  const file = noteFile(folder, note.connection.pid);
  const temporary = `${file}.new`;
  writeFileSync(temporary, JSON.stringify(note), { mode: 0o600 });
  renameSync(temporary, file);
}

/** Takes the note of this connection away with it; undefined when pre-xfer has left none. */
export function takeNote(folder: string, request: Request): Note | undefined {
  const file = noteFile(folder, request.pid);
  const note = readNote(file);
  rmSync(file, { force: true });
  if (note === undefined || note.module !== request.module || note.path !== request.path) {
    return undefined;
  }
  // Process numbers come again: the note counts only below the very process that it was written for.
  return chainOf(process.pid).some((ancestor) => isSame(ancestor, note.connection)) ? note : undefined;
}

/** Clears away what connections left for which post-xfer never ran. */
export function sweepNotes(folder: string): void {
  const names = readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
  for (const name of names.length > MANY ? names : []) {
    const note = readNote(join(folder, name));
    if (note === undefined || !lives(note.connection)) {
      rmSync(join(folder, name), { force: true });
    }
  }
}

function readNote(file: string): Note | undefined {
  try {
    const note = JSON.parse(readFileSync(file, "utf8")) as Partial<Note>;
    const isWhole =
      isWitness(note.connection) && isWitness(note.transfer) && !Number.isNaN(Date.parse(note.started ?? ""));
    return isWhole ? (note as Note) : undefined;
  } catch {
    return undefined;
  }
}
