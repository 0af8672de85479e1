import { EXIT, EXIT_MEANING, type ExitCode } from "../../errors/exit-codes.ts";
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

/** Written when a run begins a step, so that of one that was cut off it is known where. */
export interface RunStep {
  event: "step";
  run: string;
  started: string;
  step: string;
  stepStarted: string;
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
  /** Files, folders, links… of the whole source; absent when the run did not get so far. */
  entries?: number;
  /** The regular files of the whole source, in number and in bytes. */
  files?: number;
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

export type HistoryLine = RunBegin | RunStep | RunEnd;

/** A run that has not said how it ended: it is still at work, or was cut off (power, SIGKILL). */
export interface OpenRun {
  state: "running" | "interrupted";
  run: string;
  started: string;
  /** The last step that it began. */
  step?: string;
  stepStarted?: string;
}

/** A run as one reads about it. */
export type RunRecord = (RunEnd & { state: "ended" }) | OpenRun;

/** What became of a run that was cut off, for people. */
export function describeInterruption({ step }: Pick<OpenRun, "step">): string {
  return `cut off${step === undefined ? "" : ` in the step ${step}`}: by a power cut, or killed`;
}

/** How a run ended, for people. */
export function describeEnding({ exitCode, error }: Pick<RunEnd, "exitCode" | "error">): string {
  return exitCode === EXIT.done ? "done" : (error ?? EXIT_MEANING[exitCode] ?? `exit code ${exitCode}`);
}

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
