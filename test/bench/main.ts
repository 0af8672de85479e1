import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { drawChart } from "./chart.ts";
import { Figures } from "./figures.ts";
import { findProgram } from "./find-program.ts";
import { describeMachine } from "./machine.ts";
import { run } from "./measure.ts";
import { type BenchOptions, readOptions, USAGE } from "./options.ts";
import { allPrograms } from "./programs/all.ts";
import type { Program } from "./programs/program.ts";
import { runRound } from "./runs.ts";
import { measureStartUp } from "./start-up.ts";
import { formatTable } from "./table.ts";
import { planTree, type TreeEntry, writeTree } from "./tree.ts";

const PARTS = ["runs", "start-up"];
const EXIT = { usage: 64, stopped: 130 } as const;

/** Runs the bench. @returns the exit code: 1 when a program failed or its result was wrong, 130 after Ctrl-C. */
export async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = readOptions(args, [...allPrograms("").map(({ name }) => name), ...PARTS]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return EXIT.usage;
  }
  if (options === undefined) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (!existsSync(options.bakup)) {
    process.stderr.write(`there is no ${options.bakup}: npm run build makes it, --bakup PATH names another\n`);
    return EXIT.usage;
  }
  return benchInFolder(options);
}

/** The temporary folder goes away whatever happens, Ctrl-C included. */
async function benchInFolder(options: BenchOptions): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error("stopped"));
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  mkdirSync(options.dir, { recursive: true });
  const folder = mkdtempSync(join(resolve(options.dir), "bakup-bench-"));
  try {
    return await bench(options, { folder, signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) {
      throw error;
    }
    print("stopped; the temporary folder is being removed");
    return EXIT.stopped;
  } finally {
    await run({ file: "rm", args: ["-rf", folder] });
  }
}

interface Place {
  folder: string;
  signal: AbortSignal;
}

async function bench(options: BenchOptions, place: Place): Promise<number> {
  const figures = new Figures();
  const machine = await describeMachine(place.folder, place.signal);
  const { programs, missing } = choosePrograms(options, machine.fileSystem ?? "");
  if (wants(options, "start-up")) {
    print("start-up");
    await measureStartUp({ ...place, bakup: options.bakup, figures });
  }
  if (wants(options, "runs")) {
    await measureRuns(options, { ...place, figures, programs });
  }
  print(`
${options.files} files, caches warm unless said; ${Object.values(machine).join(", ")}
${missing.map(({ title }) => `missing, so not measured: ${title}\n`).join("")}
${formatTable(figures.all, new Map(programs.map(({ name, title }) => [name, title])))}
The ratios mean something, the seconds do not: they are this machine's, today. Every run that counts gave the source
back, by rsync's own comparison. bakup's time includes the sync that makes a snapshot last; the peers' has none.`);
  if (options.chart !== undefined) {
    writeFileSync(options.chart, drawChart(figures.all, programs));
  }
  if (options.json !== undefined) {
    const { files, rounds, seed } = options;
    const report = { files, rounds, seed, machine, missing: missing.map(({ name }) => name), figures: figures.all };
    writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
  }
  return figures.all.some(({ troubles }) => troubles.length > 0) ? 1 : 0;
}

function choosePrograms(
  { bakup, only }: BenchOptions,
  fileSystem: string,
): { programs: Program[]; missing: Program[] } {
  const all = allPrograms(bakup).filter((program) => (program.fileSystem ?? fileSystem) === fileSystem);
  const named = all.filter(({ name }) => only.includes(name));
  const chosen = named.length === 0 ? all : named;
  return {
    programs: chosen.filter(({ needs }) => findProgram(needs) !== undefined),
    missing: chosen.filter(({ needs }) => findProgram(needs) === undefined),
  };
}

/** A part that is named runs; when none is named, all do. */
function wants({ only }: BenchOptions, part: string): boolean {
  return only.includes(part) || !only.some((name) => PARTS.includes(name));
}

async function measureRuns(
  options: BenchOptions,
  context: Place & { figures: Figures; programs: readonly Program[] },
): Promise<void> {
  const begin = Date.now();
  const source = join(context.folder, "source");
  print(`making a tree of ${options.files} files in ${source}`);
  mkdirSync(source);
  let tree: readonly TreeEntry[] = planTree(options);
  writeTree(source, tree);
  let longestMs = 0;
  for (let round = 0; round < options.rounds; round += 1) {
    const roundBegin = Date.now();
    if (roundBegin - begin + longestMs > options.limitSeconds * 1000) {
      print("no time for another round");
      return;
    }
    print(`round ${round + 1} of ${options.rounds}`);
    tree = await runRound({ ...context, source }, round, tree);
    longestMs = Math.max(longestMs, Date.now() - roundBegin);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
