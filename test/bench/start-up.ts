import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Figures } from "./figures.ts";
import { run } from "./measure.ts";

const TIMES = 20;
const SNAPSHOTS = 1000;
const FIRST_SNAPSHOT = Date.UTC(2025, 0, 1);
const HOUR_MS = 3_600_000;
/** The program that every other one is compared with: what Node itself takes. */
export const BASELINE = "node -e 0";

/** Starts Node alone and bakup's quick commands, in turn. */
export async function measureStartUp({
  folder,
  bakup,
  figures,
  signal,
}: {
  folder: string;
  bakup: string;
  figures: Figures;
  signal: AbortSignal;
}): Promise<void> {
  const store = join(folder, "thousand-snapshots");
  makeStore(store);
  const executable = resolve(bakup);
  const starts = [
    { program: BASELINE, args: ["-e", "0"] },
    { program: "bakup --version", args: [executable, "--version"] },
    { program: `bakup list, ${SNAPSHOTS} snapshots`, args: [executable, "list", "--store", store] },
  ];
  for (let time = 0; time < TIMES; time += 1) {
    for (const { program, args } of starts) {
      const begin = process.hrtime.bigint();
      const finished = await run({ file: process.execPath, args, env: { STATE_DIRECTORY: folder } }, signal);
      const wall = Number(process.hrtime.bigint() - begin) / 1e9;
      figures.add(
        { part: "start-up", work: "start-up", program },
        finished.exitCode === 0
          ? { sample: { wall, cpu: Number.NaN, memory: Number.NaN, written: Number.NaN } }
          : { trouble: `exit code ${finished.exitCode}: ${finished.stderr.split("\n")[0]}` },
      );
    }
  }
}

/** A store with many snapshots, one an hour: records as bakup writes them, and empty folders. */
function makeStore(store: string): void {
  const metadata = join(store, ".bakup");
  mkdirSync(join(store, "latest"), { recursive: true });
  mkdirSync(metadata, { mode: 0o700 });
  const identity = { id: "00000000-0000-4000-8000-000000000000", layout: 1, mirror: "latest" };
  writeFileSync(join(metadata, "store.json"), JSON.stringify(identity));
  for (let index = 0; index < SNAPSHOTS; index += 1) {
    const started = new Date(FIRST_SNAPSHOT + index * HOUR_MS).toISOString();
    const name = `${started.slice(0, 19).replaceAll(":", "-")}Z`;
    mkdirSync(join(store, name));
    writeFileSync(join(metadata, `${name}.json`), `${JSON.stringify(recordOf(name, started), null, 1)}\n`);
  }
}

function recordOf(name: string, started: string): unknown {
  return {
    name,
    state: "complete",
    started,
    finished: started,
    origin: "run",
    host: "laptop",
    profile: "laptop",
    source: "/home",
    entries: 321_004,
    bytes: 1_834_567_890,
    changes: { created: 120, changed: 340, attributes: 12, deleted: 80, bytes: 45_678_901 },
    vanished: 0,
    unreadable: 0,
    backend: "hard-links",
  };
}
