import { isUtf8 } from "node:buffer";
import type { Complaint } from "./complaint.ts";
import { abridge, findTrailingProblem, readValue, trimBlanks } from "./value-syntax.ts";

export interface Entry {
  section: string;
  key: string;
  /** Written as `key[]`. */
  repeated: boolean;
  line: number;
  /** Its value; undefined when that could not be read. */
  text: string | undefined;
}

export interface Scan {
  file: string;
  /** The line of each section. */
  sections: Map<string, number>;
  entries: Entry[];
  complaints: Complaint[];
}

const LONGEST_LINE = 8192;

const NAME = /^[A-Za-z0-9_-]+$/;

/** Where the scanner stands: the section that is open, null when its name was refused, undefined before the first. */
interface Cursor {
  section: string | null | undefined;
  line: number;
  /** The first entry of each key, by section and key. */
  first: Map<string, Entry>;
}

/** Finds the lines of all settings in a configuration file, and everything that no program should guess about. */
export function scan(file: string, bytes: Uint8Array): Scan {
  const result: Scan = { file, sections: new Map(), entries: [], complaints: [] };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    complain(result, 1, "this file is UTF-16; save it as UTF-8");
    return result;
  }
  const cursor: Cursor = { section: undefined, line: 0, first: new Map() };
  for (const line of readLines(bytes)) {
    cursor.line += 1;
    const problem = line === undefined ? "is not valid UTF-8; save the file as UTF-8" : findLineProblem(line);
    if (problem !== undefined) {
      complain(result, cursor.line, `this line ${problem}`);
    } else if (line !== undefined) {
      scanLine(result, cursor, trimBlanks(line));
    }
  }
  return result;
}

function complain(result: Scan, line: number, message: string): void {
  result.complaints.push({ file: result.file, line, message });
}

/** The lines without their ends; undefined for what is not valid UTF-8. */
function readLines(bytes: Uint8Array): (string | undefined)[] {
  const hasByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const body = hasByteOrderMark ? bytes.subarray(3) : bytes;
  const lines = decode(body)?.split("\n") ?? splitLines(body).map(decode);
  return lines.map((line) => (line?.endsWith("\r") ? line.slice(0, -1) : line));
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return [...lines, bytes.subarray(start)];
}

function decode(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString() : undefined;
}

/** What nearly every line is: it needs no closer look. */
const PLAIN = /^[\t -~]*$/;

function findLineProblem(text: string): string | undefined {
  const isPlain = PLAIN.test(text);
  if ((isPlain ? text.length : Buffer.byteLength(text)) > LONGEST_LINE) {
    return `is longer than ${LONGEST_LINE} bytes`;
  }
  const control = isPlain ? undefined : /[\p{Cc}\u2028\u2029\ufeff]/u.exec(text.replaceAll("\t", " "))?.[0];
  if (control === undefined) {
    return undefined;
  }
  const code = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return `holds the control character U+${code}; remove it`;
}

function scanLine(result: Scan, cursor: Cursor, text: string): void {
  if (text === "" || text.startsWith("#") || text.startsWith(";")) {
    return;
  }
  if (text.startsWith("[")) {
    scanSection(result, cursor, text);
  } else {
    scanEntry(result, cursor, text);
  }
}

function scanSection(result: Scan, cursor: Cursor, text: string): void {
  const close = text.indexOf("]");
  const name = trimBlanks(text.slice(1, close === -1 ? undefined : close));
  cursor.section = null;
  const problem = findNameProblem(name, "section");
  if (close === -1) {
    complain(result, cursor.line, `the section ${abridge(text)} lacks its closing ]`);
  } else if (problem !== undefined) {
    complain(result, cursor.line, problem);
  }
  if (problem !== undefined) {
    return;
  }
  const trailing = close === -1 ? undefined : findTrailingProblem(text.slice(close + 1), `[${name}]`);
  if (trailing !== undefined) {
    complain(result, cursor.line, trailing);
  }
  const earlier = result.sections.get(name);
  if (earlier !== undefined) {
    complain(result, cursor.line, `section [${name}] is already in line ${earlier}; put its keys there`);
  } else {
    result.sections.set(name, cursor.line);
  }
  cursor.section = name;
}

function findNameProblem(name: string, noun: "section" | "key"): string | undefined {
  if (name === "") {
    return `this ${noun} has no name`;
  }
  if (name === "__proto__") {
    return `"__proto__" cannot be the name of a ${noun}`;
  }
  if (noun === "section" && name.includes(".")) {
    return `the section ${abridge(name)} has a dot in its name; there are no sections in sections`;
  }
  return NAME.test(name) ? undefined : `${abridge(name)} cannot be the name of a ${noun}; use letters, digits, _ and -`;
}

function scanEntry(result: Scan, cursor: Cursor, text: string): void {
  const { section, line } = cursor;
  if (section === null) {
    return;
  }
  const equals = text.indexOf("=");
  if (equals === -1) {
    complain(result, line, `there is no "=" in ${abridge(text)}; write KEY = VALUE on one line`);
    return;
  }
  const written = trimBlanks(text.slice(0, equals));
  const repeated = written.endsWith("[]");
  const key = repeated ? trimBlanks(written.slice(0, -2)) : written;
  const problem = findNameProblem(key, "key");
  if (problem !== undefined) {
    complain(result, line, problem);
  } else if (section === undefined) {
    complain(result, line, `${written} stands before the first [section]`);
  } else {
    recordEntry(result, cursor, { section, key, repeated, line, text: undefined }, text.slice(equals + 1));
  }
}

/** Called with what stands after the `=`. */
function recordEntry(result: Scan, cursor: Cursor, entry: Entry, raw: string): void {
  const { section, key, repeated, line } = entry;
  const path = `${section}.${key}`;
  const earlier = cursor.first.get(path);
  if (earlier !== undefined && earlier.repeated !== repeated) {
    complain(result, line, `${key} and ${key}[] cannot be mixed (line ${earlier.line} has the other form)`);
    return;
  }
  if (earlier !== undefined && !repeated) {
    complain(result, line, `${key} is already set in line ${earlier.line}; keep one of the two`);
    return;
  }
  cursor.first.set(path, earlier ?? entry);
  result.entries.push(entry);
  const reading = readValue(raw);
  if ("problem" in reading) {
    complain(result, line, `${repeated ? `${key}[]` : key} ${reading.problem}`);
  } else {
    entry.text = reading.value;
  }
}
