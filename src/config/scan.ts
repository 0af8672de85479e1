import { isUtf8 } from "node:buffer";
import type { Complaint } from "./complaint.ts";
import { abridge, findTrailingProblem, readValue, trimBlanks } from "./value-syntax.ts";

export interface Entry {
  section: string;
  key: string;
  /** Written as `key[]`. */
  repeated: boolean;
  line: number;
  /** Its value could be read, and is in the normalised text. */
  sound: boolean;
}

export interface Scan {
  file: string;
  /** The line of each section. */
  sections: Map<string, number>;
  entries: Entry[];
  complaints: Complaint[];
  /** The same settings, line for line, with every value as a JSON string: nothing in it is a trap for `ini`. */
  normalised: string;
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
  const result: Scan = { file, sections: new Map(), entries: [], complaints: [], normalised: "" };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    complain(result, 1, "this file is UTF-16; save it as UTF-8");
    return result;
  }
  const cursor: Cursor = { section: undefined, line: 0, first: new Map() };
  const normalised: string[] = [];
  for (const line of readLines(bytes)) {
    cursor.line += 1;
    const problem = line === undefined ? "is not valid UTF-8; save the file as UTF-8" : findLineProblem(line);
    if (problem !== undefined) {
      complain(result, cursor.line, `this line ${problem}`);
    }
    normalised.push(line === undefined || problem !== undefined ? "" : scanLine(result, cursor, trimBlanks(line)));
  }
  result.normalised = normalised.join("\n");
  return result;
}

function complain(result: Scan, line: number, message: string): string {
  result.complaints.push({ file: result.file, line, message });
  return "";
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The lines without their ends; undefined for what is not valid UTF-8. */
function readLines(bytes: Uint8Array): (string | undefined)[] {
  const hasByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const body = hasByteOrderMark ? bytes.subarray(3) : bytes;
  const lines = isUtf8(body) ? strictUtf8.decode(body).split("\n") : splitLines(body).map(decodeLine);
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

function decodeLine(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? strictUtf8.decode(bytes) : undefined;
}

/** What nearly every line is: it needs no closer look. */
const PLAIN = /^[\t -~]*$/;

function findLineProblem(text: string): string | undefined {
  if (Buffer.byteLength(text) > LONGEST_LINE) {
    return `is longer than ${LONGEST_LINE} bytes`;
  }
  const control = PLAIN.test(text) ? undefined : /[\p{Cc}\u2028\u2029\ufeff]/u.exec(text.replaceAll("\t", " "))?.[0];
  if (control === undefined) {
    return undefined;
  }
  const code = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return `holds the control character U+${code}; remove it`;
}

/** The line as it goes into the normalised text; "" for what does not. */
function scanLine(result: Scan, cursor: Cursor, text: string): string {
  if (text === "" || text.startsWith("#") || text.startsWith(";")) {
    return "";
  }
  return text.startsWith("[") ? scanSection(result, cursor, text) : scanEntry(result, cursor, text);
}

function scanSection(result: Scan, cursor: Cursor, text: string): string {
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
    return "";
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
  return `[${name}]`;
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

function scanEntry(result: Scan, cursor: Cursor, text: string): string {
  const { section, line } = cursor;
  if (section === null) {
    return "";
  }
  const equals = text.indexOf("=");
  if (equals === -1) {
    return complain(result, line, `there is no "=" in ${abridge(text)}; write KEY = VALUE on one line`);
  }
  const written = trimBlanks(text.slice(0, equals));
  const repeated = written.endsWith("[]");
  const key = repeated ? trimBlanks(written.slice(0, -2)) : written;
  const problem = findNameProblem(key, "key");
  if (problem !== undefined) {
    return complain(result, line, problem);
  }
  if (section === undefined) {
    return complain(result, line, `${written} stands before the first [section]`);
  }
  return recordEntry(result, cursor, { section, key, repeated, line, sound: false }, text.slice(equals + 1));
}

/** Called with what stands after the `=`. */
function recordEntry(result: Scan, cursor: Cursor, entry: Entry, raw: string): string {
  const { section, key, repeated, line } = entry;
  const earlier = cursor.first.get(`${section}.${key}`);
  if (earlier !== undefined && earlier.repeated !== repeated) {
    return complain(result, line, `${key} and ${key}[] cannot be mixed (line ${earlier.line} has the other form)`);
  }
  if (earlier !== undefined && !repeated) {
    return complain(result, line, `${key} is already set in line ${earlier.line}; keep one of the two`);
  }
  const written = repeated ? `${key}[]` : key;
  cursor.first.set(`${section}.${key}`, earlier ?? entry);
  result.entries.push(entry);
  const reading = readValue(raw);
  if ("problem" in reading) {
    return complain(result, line, `${written} ${reading.problem}`);
  }
  entry.sound = true;
  return `${written}=${JSON.stringify(reading.value)}`;
}
