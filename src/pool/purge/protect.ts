import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseDay } from "../calendar.ts";
import type { PoolConfig } from "../config/model.ts";
import { hasMark, type Mark } from "../marks.ts";

/** The folders of staged days that some store still lacks. Where nothing is stored at all, there are none. */
export function unstoredDays(config: PoolConfig): Set<string> {
  const { stage, store, s3 } = config;
  const needed: Mark[] = [
    ...(store === undefined ? [] : ["store" as const]),
    ...(s3 === undefined ? [] : ["amazons3" as const]),
  ];
  const sources = [stage?.stagingDir, store?.sourceDir, s3?.sourceDir].filter((dir) => dir !== undefined);
  if (needed.length === 0) {
    return new Set();
  }
  const days = [...new Set(sources)].flatMap(listDays);
  return new Set(days.filter((dir) => hasMark(dir, "stage") && needed.some((mark) => !hasMark(dir, mark))));
}

/** The folders YYYY/MM/DD in a staging directory. */
export function listDays(stagingDir: string): string[] {
  const names = (dir: string) => readNames(join(stagingDir, dir)).map((name) => (dir === "" ? name : `${dir}/${name}`));
  const months = names("").flatMap(names);
  return months
    .flatMap(names)
    .filter((path) => parseDay(path) !== undefined)
    .map((path) => join(stagingDir, path))
    .sort();
}

function readNames(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^\d+$/.test(entry.name))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
