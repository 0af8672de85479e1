import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PoolContext } from "./context.ts";

/** The files with which actions tell each other, also those of Cedar Backup, what has been done. */
export const MARKS = {
  collect: "cback.collect",
  stage: "cback.stage",
  store: "cback.store",
  amazons3: "cback.amazons3",
  encrypt: "cback.encrypt",
} as const;

export type Mark = keyof typeof MARKS;

/** Files of Cedar Backup that are about the backup, and no part of it. */
export function isMark(name: string): boolean {
  return name.startsWith("cback.");
}

export function hasMark(dir: string, mark: Mark): boolean {
  return existsSync(join(dir, MARKS[mark]));
}

export function setMark({ giveAway }: Pick<PoolContext, "giveAway">, dir: string, mark: Mark): void {
  const file = join(dir, MARKS[mark]);
  writeFileSync(file, "", { mode: 0o644 });
  giveAway(file);
}

export function removeMark(dir: string, mark: Mark): void {
  rmSync(join(dir, MARKS[mark]), { force: true });
}
