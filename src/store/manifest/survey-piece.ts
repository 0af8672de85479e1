import { type BytePath, bytePathFromLatin1 } from "../../path/byte-path.ts";
import { FACTS_BYTES, inodeOf, sizeOf, timeOf } from "../../tree/facts.ts";
import { digestRecords } from "./attributes.ts";
import { type EntryType, formatTime, type ManifestEntry } from "./entry.ts";

/** What survey-tree.c writes of an entry behind its facts, and where its path begins. */
const TYPE_AT = FACTS_BYTES;
const PATH_LENGTH_AT = TYPE_AT + 4;
const HEAD_LENGTH_AT = PATH_LENGTH_AT + 4;
const ATTRIBUTES_LENGTH_AT = HEAD_LENGTH_AT + 4;
const PATH_AT = ATTRIBUTES_LENGTH_AT + 4;

const FILE = "f".charCodeAt(0);
const TYPES = new Map(
  Object.entries({ f: "file", d: "dir", l: "link", p: "fifo", s: "socket", c: "char", b: "block" } as const).map(
    ([letter, type]): [number, EntryType] => [letter.charCodeAt(0), type],
  ),
);

/** What is seen of an entry without its contents. */
export interface SurveyedEntry extends Pick<ManifestEntry, "path" | "type" | "inode" | "size" | "time" | "xattrs"> {
  /** Its line in a manifest, up to where a hash goes. */
  head: string;
}

/** The entries of a piece of a survey, one after the other: of what is not asked for nothing is made. */
export class SurveyPiece {
  readonly bytes: Buffer;
  /** Where the facts of the entry at hand begin. */
  at = 0;
  private headAt = 0;
  private headEnd = 0;
  private end = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Goes on to the next entry, at first to the first one. @returns false behind the last one, and begins again. */
  next(): boolean {
    const at = this.end;
    if (at === this.bytes.length) {
      this.end = 0;
      return false;
    }
    this.at = at;
    this.headAt = at + PATH_AT + this.bytes.readUInt32LE(at + PATH_LENGTH_AT);
    this.headEnd = this.headAt + this.bytes.readUInt32LE(at + HEAD_LENGTH_AT);
    this.end = this.headEnd + this.bytes.readUInt32LE(at + ATTRIBUTES_LENGTH_AT);
    return true;
  }

  get isFile(): boolean {
    return this.bytes.readUInt32LE(this.at + TYPE_AT) === FILE;
  }

  get path(): BytePath {
    return bytePathFromLatin1(this.bytes.toString("latin1", this.at + PATH_AT, this.headAt));
  }

  get type(): EntryType {
    return TYPES.get(this.bytes.readUInt32LE(this.at + TYPE_AT)) ?? "file";
  }

  /** As a manifest has it. */
  get inode(): string {
    const inode = inodeOf(this.bytes, this.at);
    return inode === 0n ? "" : String(inode);
  }

  get xattrs(): string | undefined {
    return this.headEnd === this.end
      ? undefined
      : digestRecords(this.bytes.toString("latin1", this.headEnd, this.end).split("\0"));
  }

  /** Puts its line, up to where a hash goes, into a buffer with enough room. @returns where it ends. */
  copyHead(target: Buffer, at: number): number {
    return at + this.bytes.copy(target, at, this.headAt, this.headEnd);
  }

  entry(): SurveyedEntry {
    const { bytes, at, path, type, inode, xattrs } = this;
    const head = bytes.toString("latin1", this.headAt, this.headEnd);
    const entry = { path, type, inode, size: sizeOf(bytes, at), time: formatTime(timeOf(bytes, at)), head };
    return xattrs === undefined ? entry : { ...entry, xattrs };
  }
}
