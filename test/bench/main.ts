import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { join, resolve } from "node:path";
import { choosePrograms } from "./choose-programs.ts";
import { formatReport } from "./format-report.ts";
import { type Image, mountImage } from "./image.ts";
import { describeMachine } from "./machine.ts";
import { type BenchOptions, readOptions, usage } from "./options.ts";
import { allPrograms } from "./programs/all.ts";
import { chooseTrial } from "./readme.ts";
import { removeTree } from "./remove-tree.ts";
import { type Report, readReports, type Trial, writeReport } from "./report.ts";
import { runTrial } from "./trial.ts";
import { writeCharts, writeReadme } from "./write-results.ts";

const EXIT = { failed: 1, usage: 64, stopped: 130 } as const;

/** Runs the bench. @returns the exit code: 1 when a program failed or its result was wrong, 130 after Ctrl-C. */
export async function main(args: readonly string[]): Promise<number> {
  const names = allPrograms("").map(({ name }) => name);
  let options: BenchOptions | undefined;
  try {
    options = readOptions(args, names);
  } catch (error) {
    return complain(error, EXIT.usage);
  }
  if (options === undefined) {
    process.stdout.write(usage(names));
    return 0;
  }
  try {
    return options.from.length > 0 ? show(readReports(options.from), options) : await measureAll(options);
  } catch (error) {
    return complain(error, EXIT.failed);
  }
}

function complain(error: unknown, code: number): number {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
  return code;
}

/** Each number of files in a folder of its own, which goes away whatever happens, Ctrl-C included. */
async function measureAll(options: BenchOptions): Promise<number> {
  if (!existsSync(options.bakup)) {
    throw new Error(`there is no ${options.bakup}: npm run build makes it, --bakup PATH names another`);
  }
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error("stopped"));
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const report: Report = { trials: [] };
  const save = () => {
    if (options.json !== undefined) {
      writeReport(options.json, report);
    }
  };
  save();
  try {
    for (const files of options.files) {
      const others = [...report.trials];
      const onFigures = (trial: Trial) => {
        report.trials = [...others, trial];
        save();
      };
      await measureIn(options, files, { signal: stop.signal, onFigures });
    }
  } catch (error) {
    if (!stop.signal.aborted) {
      throw error;
    }
    process.stderr.write("stopped\n");
  }
  const code = show(report, options);
  return stop.signal.aborted ? EXIT.stopped : code;
}

async function measureIn(
  options: BenchOptions,
  files: number,
  rest: { signal: AbortSignal; onFigures(trial: Trial): void },
): Promise<void> {
  const { signal } = rest;
  mkdirSync(options.dir, { recursive: true });
  const top = mkdtempSync(join(resolve(options.dir), "bakup-bench-"));
  const all = allPrograms(options.bakup);
  let image: Image | undefined;
  try {
    if (options.fileSystem !== undefined) {
      const copies = all.length + 2;
      image = await mountImage(top, { type: options.fileSystem, files, copies, signal });
    }
    const folder = image?.path ?? top;
    const { fileSystem = "" } = await describeMachine(folder, signal);
    await runTrial(options, { files, folder, ...choosePrograms(all, options, fileSystem), ...rest });
  } finally {
    process.stderr.write("cleaning up\n");
    await image?.remove();
    await removeTree(top);
  }
}

/** Prints everything, and draws and writes what is wanted. */
function show(report: Report, options: BenchOptions): number {
  process.stdout.write(formatReport(report));
  const trial = chooseTrial(report) ?? report.trials[0];
  if (options.chart !== undefined && trial !== undefined) {
    writeCharts(trial, options.chart);
  }
  if (options.readme) {
    writeReadme(report, process.cwd());
  }
  const isWrong = report.trials.some(({ figures }) => figures.some(({ troubles }) => troubles.length > 0));
  return isWrong ? EXIT.failed : 0;
}
