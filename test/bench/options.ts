import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { FILE_SYSTEMS, type FileSystemType } from "./image.ts";
import { PHASES, type Phase } from "./works.ts";

export interface BenchOptions {
  /** One trial for each of these numbers. */
  files: number[];
  rounds: number;
  /** How often a round measures each night. */
  repeat: number;
  /** How often each program is started. */
  starts: { warm: number; cold: number };
  seed: number;
  /** Only these programs and phases; everything when empty. */
  only: string[];
  /** Not these programs and phases. */
  skip: string[];
  /** Work on a new file system in a file; undefined: on that of `dir`. */
  fileSystem: FileSystemType | undefined;
  /** Where the temporary folder is made: the tree and all stores lie there, on one file system. */
  dir: string;
  /** The bundled executable that is measured. */
  bakup: string;
  /** Also write the figures to this file, while they come. */
  json: string | undefined;
  /** Draw charts into files whose names begin so. */
  chart: string | undefined;
  /** Measure nothing: show what these files hold. */
  from: string[];
  /** Write the results into the README, and what it shows. */
  readme: boolean;
  /** No round but the first begins that would probably end later than so many seconds after the start. */
  limitSeconds: number;
}

const FULL = { files: "100000", rounds: 3, starts: { warm: 20, cold: 5 }, limitSeconds: Number.POSITIVE_INFINITY };
const QUICK = { files: "5000", rounds: 3, starts: { warm: 5, cold: 1 }, limitSeconds: 260 };
const PROGRAMS_PER_LINE = 6;

export function usage(programs: readonly string[]): string {
  return `usage: npm run bench -- [options]
  --quick        ${QUICK.files} files, and done within five minutes (else ${FULL.files} files)
  --files N,N…   trees of so many files, one after the other
  --rounds R     so many rounds; each takes every program through everything (default: ${FULL.rounds})
  --repeat N     measure each night N times a round (default: 1)
  --seed N       another tree (default: 1)
  --only NAME    only this program or phase; may be repeated
  --skip NAME    not this program or phase; may be repeated
                 programs: ${inLines(programs)}
                 phases:   ${inLines(PHASES)}
  --fs TYPE      work on a new file system (${Object.keys(FILE_SYSTEMS).join(", ")}) in a file, by a loop device; needs root
  --dir DIR      work in this folder (default: $TMPDIR, else /var/tmp)
  --bakup PATH   measure this executable (default: dist/bakup.cjs)
  --json FILE    write the figures to FILE as well, after each step
  --chart NAME   draw the nights into NAME-light.svg and NAME-dark.svg
  --from FILE    measure nothing, but show what --json wrote; may be repeated: then sizes are compared
  --readme       write table, chart and figures into README.md, test/bench/results/ and test/bench/pictures/
It prints what it is at on the standard error. Ctrl-C stops it: what was measured is shown, the rest removed.
`;
}

function inLines(names: readonly string[]): string {
  const lines: string[] = [];
  for (let index = 0; index < names.length; index += PROGRAMS_PER_LINE) {
    lines.push(names.slice(index, index + PROGRAMS_PER_LINE).join(", "));
  }
  return lines.join(`,\n${" ".repeat(27)}`);
}

/** Reads the command line; undefined when help is wanted. @throws Error with a message for people. */
export function readOptions(args: readonly string[], programs: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      files: { type: "string" },
      rounds: { type: "string" },
      repeat: { type: "string" },
      seed: { type: "string" },
      only: { type: "string", multiple: true, default: [] },
      skip: { type: "string", multiple: true, default: [] },
      fs: { type: "string" },
      dir: { type: "string" },
      bakup: { type: "string", default: "dist/bakup.cjs" },
      json: { type: "string" },
      chart: { type: "string" },
      from: { type: "string", multiple: true, default: [] },
      readme: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  const names = [...programs, ...PHASES];
  for (const [option, given] of [
    ["--only", values.only],
    ["--skip", values.skip],
  ] as const) {
    const unknown = given.filter((name) => !names.includes(name));
    if (unknown.length > 0) {
      throw new Error(`${option} does not know "${unknown.join('", "')}": it is one of ${names.join(", ")}`);
    }
  }
  const defaults = values.quick ? QUICK : FULL;
  return {
    files: (values.files ?? defaults.files).split(",").map((text) => wholeNumber("--files", text, 100)),
    rounds: values.rounds === undefined ? defaults.rounds : wholeNumber("--rounds", values.rounds, 1),
    repeat: wholeNumber("--repeat", values.repeat ?? "1", 1),
    starts: defaults.starts,
    seed: wholeNumber("--seed", values.seed ?? "1", 0),
    only: values.only,
    skip: values.skip,
    fileSystem: values.fs === undefined ? undefined : knownFileSystem(values.fs),
    dir: values.dir ?? (process.env.TMPDIR ? tmpdir() : "/var/tmp"),
    bakup: values.bakup,
    json: values.json,
    chart: values.chart,
    from: values.from,
    readme: values.readme,
    limitSeconds: defaults.limitSeconds,
  };
}

/** A phase that is named runs; when none is named, all do but those to be skipped. */
export function wantsPhase({ only, skip }: Pick<BenchOptions, "only" | "skip">, phase: Phase): boolean {
  return !skip.includes(phase) && (only.includes(phase) || !PHASES.some((each) => only.includes(each)));
}

function knownFileSystem(text: string): FileSystemType {
  const known = Object.keys(FILE_SYSTEMS) as FileSystemType[];
  const found = known.find((type) => type === text);
  if (found === undefined) {
    throw new Error(`--fs does not know "${text}": it is one of ${known.join(", ")}`);
  }
  return found;
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < least) {
    throw new Error(`${name} wants a whole number from ${least} on, not "${text}"`);
  }
  return value;
}
