import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../errors/describe.ts";
import { EXIT } from "../../errors/exit-codes.ts";
import { isAlive } from "../../lock/machine.ts";
import { ensureStateFolder, inStateFolder, profileStateFolder } from "../state-folder.ts";
import type { HistoryLine, RunRecord } from "./record.ts";

const FILE = "history.jsonl";
/** A history that has grown beyond this is cut to its newest lines. */
const LARGEST_BYTES = 2 * 1024 * 1024;
const LINES_KEPT = 1000;
const SKIPS_KEPT = 20;
const NEWLINE = 0x0a;

/**
 * Adds a line to the history of a profile. It is on the disk when this returns, but for steps: they are not worth the
 * wait.
 */
export function appendToHistory(profile: string, line: HistoryLine): void {
  const path = join(ensureStateFolder("profiles", profile), FILE);
  trim(path);
  const fd = openSync(path, "a+", 0o600);
  try {
    const torn = endsInTheMiddle(fd) ? "\n" : "";
    writeSync(fd, `${torn}${JSON.stringify(line)}\n`);
    if (line.event !== "step") {
      fsyncSync(fd);
    }
  } finally {
    closeSync(fd);
  }
}

/** The runs of a profile, oldest first. What a crash has left half written is passed over. */
export function readHistory(profile: string): RunRecord[] {
  const runs = new Map<string, RunRecord>();
  for (const line of linesOf(join(profileStateFolder(profile), FILE))) {
    const entry = parse(line);
    if (entry?.event === "begin") {
      const { run, started, process } = entry;
      runs.set(run, { run, started, state: isAlive(process) ? "running" : "interrupted" });
    } else if (entry?.event === "step") {
      const { run, step, stepStarted } = entry;
      const known = runs.get(run);
      if (known !== undefined && known.state !== "ended") {
        runs.set(run, { ...known, step, stepStarted });
      }
    } else if (entry?.event === "end") {
      runs.set(entry.run, { ...entry, state: "ended" });
    }
  }
  return [...runs.values()];
}

function parse(line: string): HistoryLine | undefined {
  try {
    const entry = JSON.parse(line);
    const isWhole = typeof entry?.run === "string" && !Number.isNaN(Date.parse(entry.started));
    const isBegin = entry?.event === "begin" && typeof entry.process === "object" && entry.process !== null;
    const isStep =
      entry?.event === "step" && typeof entry.step === "string" && !Number.isNaN(Date.parse(entry.stepStarted));
    const isEnd = entry?.event === "end" && Array.isArray(entry.steps) && !Number.isNaN(Date.parse(entry.finished));
    return isWhole && (isBegin || isStep || isEnd) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function linesOf(path: string): string[] {
  try {
    return inStateFolder(() => readFileSync(path, "utf8")).split("\n");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") {
      return [];
    }
    throw error;
  }
}

/** Whether the power was cut while the last line was written. */
function endsInTheMiddle(fd: number): boolean {
  const { size } = fstatSync(fd);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
}

function trim(path: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < LARGEST_BYTES) {
    return;
  }
  const kept = worthKeeping(linesOf(path).filter((line) => line !== "")).slice(-LINES_KEPT);
  const fitting = kept.slice(firstThatFits(kept));
  const temporary = `${path}.new`;
  const fd = openSync(temporary, "w", 0o600);
  try {
    writeSync(fd, `${fitting.join("\n")}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}

/**
 * A disk that is away for weeks is a skip three times an hour: of those only the newest are worth their room. The steps
 * of a run that has ended stand in its last line once more.
 */
function worthKeeping(lines: readonly string[]): string[] {
  const entries = lines.map(parse);
  const skips = entries.flatMap((entry) =>
    entry?.event === "end" && entry.exitCode === EXIT.skipped ? [entry.run] : [],
  );
  const old = new Set(skips.slice(0, -SKIPS_KEPT));
  const ended = new Set(entries.flatMap((entry) => (entry?.event === "end" ? [entry.run] : [])));
  return lines.filter((_, index) => {
    const { event, run = "" } = entries[index] ?? {};
    return !old.has(run) && !(event === "step" && ended.has(run));
  });
}

/** The index from which on the lines fill at most half of what is allowed. */
function firstThatFits(lines: readonly string[]): number {
  let room = LARGEST_BYTES / 2;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    room -= Buffer.byteLength(lines[index] ?? "") + 1;
    if (room < 0) {
      return index + 1;
    }
  }
  return 0;
}
