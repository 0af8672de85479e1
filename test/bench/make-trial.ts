import type { Figure } from "./figures.ts";
import type { Trial } from "./report.ts";

/** A figure as if it had been measured, for tests. Seconds; bytes of memory. */
export function figure(
  work: string,
  program: string,
  walls: readonly number[],
  { cpu = 1, memory = 50e6 }: { cpu?: number; memory?: number } = {},
): Figure {
  const samples = walls.map((wall) => ({ wall, cpu, memory, written: 2e6 }));
  return { part: "runs", work, program, samples, troubles: [] };
}

/** A trial as if it had been run, for tests. */
export function makeTrial(rest: Partial<Trial> & Pick<Trial, "figures">): Trial {
  return {
    files: 300_000,
    fileSystem: "ext4",
    seed: 1,
    machine: { system: "Linux 6", processors: "2 CPUs", fileSystem: "ext4", node: "Node 20", rsync: "rsync 3.5" },
    programs: Object.fromEntries(rest.figures.map(({ program }) => [program, `${program} & co`])),
    missing: [],
    isComplete: true,
    ...rest,
  };
}
