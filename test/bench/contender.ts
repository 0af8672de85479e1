import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Figures } from "./figures.ts";
import { type Measure, succeed } from "./measure.ts";
import type { Backups, Program } from "./programs/program.ts";
import type { Source } from "./source.ts";

/** What all programs of a trial share. */
export interface Arena {
  /** A temporary folder, on the file system that the trial is about. */
  folder: string;
  source: Source;
  programs: readonly Program[];
  figures: Figures;
  signal: AbortSignal;
}

/** One program with one store, and the number of its last backup. */
export interface Contender {
  program: Program;
  backups: Backups;
  number: number;
  /** After a failure it is out: what it would do next would not be the same work. */
  isOut: boolean;
}

/** Gives each program that can have one a store below a new folder. The order is another one each round. */
export async function enter(
  { folder, source, programs, figures, signal }: Arena,
  { name, round, keep }: { name: string; round: number; keep: number },
): Promise<{ stores: string; contenders: Contender[] }> {
  const stores = join(folder, name);
  mkdirSync(stores);
  const start = round % Math.max(1, programs.length);
  const contenders: Contender[] = [];
  for (const program of [...programs.slice(start), ...programs.slice(0, start)]) {
    const store = join(stores, program.name);
    mkdirSync(store);
    try {
      const backups = await program.prepare({ source: source.path, store, keep }, signal);
      contenders.push({ program, backups, number: 0, isOut: false });
    } catch (error) {
      signal.throwIfAborted();
      figures.add({ part: "runs", work: "preparations", program: program.name }, { trouble: describe(error) });
    }
  }
  return { stores, contenders };
}

/** One thing to do, and who does it: the bench is a list of them. */
export interface Step {
  label: string;
  program: string;
  act(): Promise<void>;
}

/** A step of a contender; what it measures goes to the figures, and so does why it fails. */
export function contend(
  { figures, signal }: Pick<Arena, "figures" | "signal">,
  contender: Contender,
  { label, act }: { label: string; act(): Promise<Measure | undefined> },
): Step {
  const program = contender.program.name;
  return {
    label,
    program,
    act: async () => {
      if (contender.isOut) {
        return;
      }
      try {
        const sample = await act();
        if (sample !== undefined) {
          figures.add({ part: "runs", work: label, program }, { sample });
        }
      } catch (error) {
        signal.throwIfAborted();
        contender.isOut = true;
        figures.add({ part: "runs", work: label, program }, { trouble: describe(error) });
      }
    },
  };
}

/** What others have written must not have to wait for the disk in this one's time. */
export async function settle(signal: AbortSignal): Promise<void> {
  await succeed({ file: "sync", args: [] }, signal);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
