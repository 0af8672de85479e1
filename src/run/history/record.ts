import type { ExitCode } from "../../errors/exit-codes.ts";
import type { ProcessIdentity } from "../../lock/machine.ts";
import type { ChangeCounts } from "../../transfer/plan.ts";

/** Written when a run begins, so that one that never says how it ended is known too. */
export interface RunBegin {
  event: "begin";
  /** A random id. */
  run: string;
  /** Of all times in the history: ISO 8601 in UTC. */
  started: string;
  process: Pick<ProcessIdentity, "pid" | "bootId" | "ticks">;
}

/** Written when it has ended: all that can be told of it. */
export interface RunEnd {
  event: "end";
  run: string;
  started: string;
  finished: string;
  exitCode: ExitCode;
  source: string;
  destination: string;
  steps: StepTime[];
  /** Of the whole source; absent when the run did not get so far. */
  entries?: number;
  /** Of the whole source. */
  bytes?: number;
  changes?: ChangeCounts;
  snapshot?: { name: string; state: string };
  removed: string[];
  warnings: number;
  error?: string;
  hint?: string;
  /** The last lines of its log. */
  log: string[];
}

export interface StepTime {
  step: string;
  seconds: number;
}

/** A run as one reads about it: ended, still at work, or cut off without a word (power, SIGKILL). */
export type RunRecord =
  | (RunEnd & { state: "ended" })
  | (Omit<RunBegin, "event" | "process"> & { state: "running" | "interrupted" });

/** Bytes copied in a second of the transfer; undefined where nothing was copied or the time is not known. */
export function transferRate({ changes, steps }: Pick<RunEnd, "changes" | "steps">): number | undefined {
  const seconds = steps.find(({ step }) => step === "transfer")?.seconds ?? 0;
  const bytes = changes?.bytes ?? 0;
  return bytes > 0 && seconds > 0 ? bytes / seconds : undefined;
}

/** How long a run took. */
export function runSeconds({ started, finished }: Pick<RunEnd, "started" | "finished">): number {
  return (Date.parse(finished) - Date.parse(started)) / 1000;
}
