import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Day, parseDay } from "./calendar.ts";
import { writeWhole } from "./whole-file.ts";

/** What is remembered between runs, in the working directory: the day of the newest full run of each thing. */
export interface Memory {
  lastFull(thing: string): Day | undefined;
  setLastFull(thing: string, day: Day): void;
}

/** Opens the memory; a file that is missing or broken is an empty one. Each change is on the disk before it returns. */
export function openMemory(workingDir: string): Memory {
  const file = join(workingDir, "bakup-pool.json");
  const days = readDays(file);
  return {
    lastFull: (thing) => days.get(thing),
    setLastFull: (thing, day) => {
      if (days.get(thing) !== day) {
        days.set(thing, day);
        writeWhole(file, `${JSON.stringify({ lastFull: Object.fromEntries(days) }, null, 2)}\n`);
      }
    },
  };
}

function readDays(file: string): Map<string, Day> {
  try {
    const { lastFull } = JSON.parse(readFileSync(file, "utf8")) as { lastFull: Record<string, string> };
    const entries = Object.entries(lastFull).map(([thing, text]) => [thing, parseDay(String(text))] as const);
    return new Map(entries.filter((entry): entry is [string, Day] => entry[1] !== undefined));
  } catch {
    return new Map();
  }
}
