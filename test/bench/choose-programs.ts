import { findProgram } from "./find-program.ts";
import type { BenchOptions } from "./options.ts";
import type { Program } from "./programs/program.ts";

/** Those that are wanted and fit the file system: the ones that can be measured, and the ones that are not installed. */
export function choosePrograms(
  all: readonly Program[],
  { only, skip }: Pick<BenchOptions, "only" | "skip">,
  fileSystem: string,
): { programs: Program[]; missing: Program[] } {
  const fitting = all.filter((program) => (program.fileSystem ?? fileSystem) === fileSystem);
  const isNamed = ({ name }: Program) => only.includes(name);
  const chosen = (all.some(isNamed) ? fitting.filter(isNamed) : fitting).filter(({ name }) => !skip.includes(name));
  const isThere = ({ needs }: Program) => needs.every((name) => findProgram(name) !== undefined);
  return { programs: chosen.filter(isThere), missing: chosen.filter((program) => !isThere(program)) };
}
