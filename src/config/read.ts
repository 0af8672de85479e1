import { closeSync, constants, type Dirent, fstatSync, openSync, readdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import { describeError, errnoOf } from "../errors/describe.ts";
import { readWhole } from "../path/read-whole.ts";
import { type CheckedFile, checkFile } from "./check.ts";
import type { Complaint } from "./complaint.ts";
import { scan } from "./scan.ts";

const LARGEST_FILE_BYTES = 1024 * 1024;

/** A pipe is opened without a wait for its other end. */
const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** A file that was read and checked, or why it could not be read (then it counts as empty). */
export interface ReadFile extends CheckedFile {
  isReadable: boolean;
  warnings: Complaint[];
}

/** Reads and checks one configuration file. */
export function readConfigurationFile(file: string): ReadFile {
  try {
    const fd = openSync(file, READ);
    try {
      return readOpened(file, fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return unreadable(file, explain(error));
  }
}

function readOpened(file: string, fd: number): ReadFile {
  const stats = fstatSync(fd);
  const problem = findFileProblem(stats);
  if (problem !== undefined) {
    return unreadable(file, problem);
  }
  const { sections, given, complaints } = checkFile(scan(file, readWhole(fd, stats.size)));
  return { file, sections, given, complaints, isReadable: true, warnings: findModeWarnings(file, stats) };
}

/** Checks the text of a file that is not written yet. */
export function readDraft(file: string, text: string): ReadFile {
  return { ...checkFile(scan(file, Buffer.from(text))), isReadable: true, warnings: [] };
}

/** The profiles' files in a folder, sorted by name; none when there is no such folder. Hidden files do not count. */
export function listProfileFiles(folder: string): { files: string[]; complaints: Complaint[] } {
  let found: Dirent[];
  try {
    found = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const message = `this folder cannot be read: ${describeError(error)}`;
    return { files: [], complaints: errnoOf(error) === "ENOENT" ? [] : [{ file: folder, line: 0, message }] };
  }
  const names = found.map(({ name }) => name).filter((name) => name.endsWith(".conf") && !name.startsWith("."));
  return { files: names.sort().map((name) => join(folder, name)), complaints: [] };
}

function findFileProblem(stats: Stats): string | undefined {
  if (!stats.isFile()) {
    return `this is ${stats.isDirectory() ? "a folder" : "no regular file"}; a configuration is a text file`;
  }
  return stats.size > LARGEST_FILE_BYTES ? "this file is larger than 1 MiB, so it is no configuration" : undefined;
}

function unreadable(file: string, message: string): ReadFile {
  const complaints = [{ file, line: 0, message }];
  return { file, sections: new Map(), given: new Map(), complaints, warnings: [], isReadable: false };
}

function explain(error: unknown): string {
  switch (errnoOf(error)) {
    case "ENOENT":
      return "there is no such file; write one (man 5 bakup.conf has an example) or name another with --config";
    case "EACCES":
      return "this file may not be read by this user; run as its owner or change its mode";
    default:
      return `this file cannot be read: ${describeError(error)}`;
  }
}

/** Whoever may write root's configuration can have root run any program. */
function findModeWarnings(file: string, { mode }: Stats): Complaint[] {
  if ((mode & 0o022) === 0 || process.getuid?.() !== 0) {
    return [];
  }
  const who = (mode & 0o002) === 0 ? "its group" : "everyone";
  return [{ file, line: 0, message: `${who} may write this file, and so run programs as root; chmod go-w it` }];
}
