import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isMark } from "../marks.ts";
import { isPartialName } from "../whole-file.ts";

export interface StagedFile {
  /** Below the day, such as "web/etc.tar.gz". */
  name: string;
  path: string;
  sizeBytes: number;
}

/** The files of a staged day, without marks and what was never finished. */
export function listStagedFiles(dir: string): StagedFile[] {
  const walk = (below: string): StagedFile[] =>
    readdirSync(join(dir, below), { withFileTypes: true })
      .filter(({ name }) => !isMark(name) && !isPartialName(name))
      .flatMap((entry) => {
        const name = below === "" ? entry.name : `${below}/${entry.name}`;
        const path = join(dir, name);
        if (entry.isDirectory()) {
          return walk(name);
        }
        return entry.isFile() ? [{ name, path, sizeBytes: statSync(path).size }] : [];
      });
  return walk("").sort((a, b) => (a.name < b.name ? -1 : 1));
}
