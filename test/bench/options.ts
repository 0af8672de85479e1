import { tmpdir } from "node:os";
import { parseArgs } from "node:util";

export interface BenchOptions {
  files: number;
  rounds: number;
  seed: number;
  /** Only these programs and parts; everything when empty. */
  only: string[];
  /** Where the temporary folder is made: the tree and all stores lie there, on one file system. */
  dir: string;
  /** The bundled executable that is measured. */
  bakup: string;
  /** Also write the figures to this file. */
  json: string | undefined;
  /** Also draw the ratios of the wanted works into this file. */
  chart: string | undefined;
  /** No round begins that would probably end later than this. */
  limitSeconds: number;
}

const FULL = { files: 100_000, rounds: 3, limitSeconds: Number.POSITIVE_INFINITY };
const QUICK = { files: 10_000, rounds: 3, limitSeconds: 200 };

export const USAGE = `usage: npm run bench -- [options]
  --quick        ${QUICK.files} files, and done within five minutes (else ${FULL.files} files)
  --files N      so many files
  --rounds R     so many rounds; each runs every program through everything (default: 3)
  --seed N       another tree (default: 1)
  --only NAME    only this program (bakup, cp-al, link-dest, subvolumes, reflinks, rsnapshot,
                 back-in-time, rdiff-backup, restic, borg) or part (runs, start-up); may be repeated
  --dir DIR      work in this folder (default: $TMPDIR, else /var/tmp)
  --bakup PATH   measure this executable (default: dist/bakup.cjs)
  --json FILE    write the figures to FILE as well
  --chart FILE   draw the nights with nothing and with 1 % changed as SVG
`;

/** Reads the command line; undefined when help is wanted. @throws Error with a message for people. */
export function readOptions(args: readonly string[], names: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      files: { type: "string" },
      rounds: { type: "string" },
      seed: { type: "string" },
      only: { type: "string", multiple: true, default: [] },
      dir: { type: "string" },
      bakup: { type: "string", default: "dist/bakup.cjs" },
      json: { type: "string" },
      chart: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  const unknown = values.only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`--only does not know "${unknown.join('", "')}": it is one of ${names.join(", ")}`);
  }
  const defaults = values.quick ? QUICK : FULL;
  return {
    files: wholeNumber("--files", values.files, defaults.files, 100),
    rounds: wholeNumber("--rounds", values.rounds, defaults.rounds, 1),
    seed: wholeNumber("--seed", values.seed, 1, 0),
    only: values.only,
    dir: values.dir ?? (process.env.TMPDIR ? tmpdir() : "/var/tmp"),
    bakup: values.bakup,
    json: values.json,
    chart: values.chart,
    limitSeconds: defaults.limitSeconds,
  };
}

function wholeNumber(name: string, text: string | undefined, otherwise: number, least: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new Error(`${name} wants a whole number from ${least} on, not "${text}"`);
  }
  return value;
}
