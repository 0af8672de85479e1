import { WaitingError } from "../../conditions/waiting-error.ts";
import { describeError } from "../../errors/describe.ts";
import { BakupError } from "../../errors/errors.ts";
import { EXIT } from "../../errors/exit-codes.ts";
import { messageText } from "../../journal/entry.ts";
import type { Journal } from "../../journal/journal.ts";
import { MESSAGES } from "../../journal/messages.ts";
import { thisProcess } from "../../lock/machine.ts";
import type { Observer } from "../context.ts";
import type { RunReport } from "../execute.ts";
import type { Job } from "../job.ts";
import { appendToHistory } from "./file.ts";
import { hideLiveRun, type LiveRun, showLiveRun } from "./live.ts";
import type { HistoryLine, RunEnd, StepTime } from "./record.ts";

const LOG_LINES = 60;
const SHOW_MS = 1000;
/** The steps before this one only find out whether there is to be a run. */
const FIRST_STEP = "callback 7";

/** Watches one run and remembers it. */
export interface Recorder {
  observer: Required<Observer>;
  /** A journal that keeps the last lines of what passes through it. */
  journal(journal: Journal): Journal;
  /**
   * Writes down how the run ended. One that was not due, or found another at work, was no run and is forgotten; one
   * that was due and had to wait is not.
   * @returns what was written.
   */
  finish(report: RunReport): RunEnd | undefined;
}

/**
 * Begins the record of a run that is about to start; `run` is its id in the journal too. A history that cannot be
 * written is told to `onProblem` once, and the run goes on.
 */
export function recordRun(job: Job, run: string, onProblem: (text: string) => void): Recorder {
  const profile = job.profile.name;
  let isTold = false;
  const append = (line: HistoryLine) => {
    try {
      appendToHistory(profile, line);
    } catch (error) {
      if (isTold) {
        return;
      }
      isTold = true;
      onProblem(`cannot write the history of ${profile}: ${describeError(error)}`);
    }
  };
  const started = new Date();
  const steps: (StepTime & { from: number })[] = [];
  const log: string[] = [];
  let shown = 0;
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    const { pid, bootId, ticks } = thisProcess();
    append({ event: "begin", run, started: started.toISOString(), process: { pid, bootId, ticks } });
  };
  const show = (progress?: LiveRun["progress"]) => {
    const current = steps.at(-1);
    showLiveRun({
      run,
      profile,
      started: started.toISOString(),
      step: current?.step ?? "",
      stepStarted: new Date(current?.from ?? started).toISOString(),
      ...(progress === undefined ? {} : { progress }),
    });
  };
  return {
    observer: {
      onStep: (step) => {
        endStep(steps);
        steps.push({ step, seconds: 0, from: Date.now() });
        if (step === FIRST_STEP) {
          begin();
        }
        if (hasBegun) {
          const [runStarted, stepStarted] = [started.toISOString(), new Date().toISOString()];
          append({ event: "step", run, started: runStarted, step, stepStarted });
          show();
        }
      },
      onProgress: ({ bytes, files }, total) => {
        const now = Date.now();
        if (now - shown >= SHOW_MS) {
          shown = now;
          show(progressOf({ bytes, files, seconds: (now - (steps.at(-1)?.from ?? now)) / 1000 }, total));
        }
      },
    },
    journal: (journal) => keepingLines(journal, log),
    finish: (report) => {
      endStep(steps);
      const isForgotten = [EXIT.skipped, EXIT.alreadyRunning].some((code) => code === report.exitCode);
      if (!hasBegun && isForgotten && !(report.error instanceof WaitingError)) {
        return undefined;
      }
      hideLiveRun(profile);
      const end = endOf(report, { job, run, steps: steps.map(({ step, seconds }) => ({ step, seconds })), log });
      append(end);
      return end;
    },
  };
}

function endStep(steps: (StepTime & { from: number })[]): void {
  const last = steps.at(-1);
  if (last !== undefined) {
    last.seconds = (Date.now() - last.from) / 1000;
  }
}

function endOf(
  { exitCode, startedAt, finishedAt, transferred, record, removed, warnings, error }: RunReport,
  { job, ...rest }: { job: Job; run: string; steps: StepTime[]; log: string[] },
): RunEnd {
  return {
    event: "end",
    started: startedAt.toISOString(),
    finished: finishedAt.toISOString(),
    exitCode,
    source: job.source,
    destination: job.location,
    ...(transferred === undefined ? {} : { ...transferred.source, changes: transferred.changes }),
    ...(record === undefined ? {} : { snapshot: { name: record.name, state: record.state } }),
    removed: [...removed],
    warnings,
    ...(error === undefined ? {} : { error: describeError(error) }),
    ...(error instanceof BakupError && error.hint !== undefined ? { hint: error.hint } : {}),
    ...rest,
  };
}

function progressOf(
  { bytes, files, seconds }: { bytes: number; files: number; seconds: number },
  total: { bytes: number; files: number } | undefined,
): NonNullable<LiveRun["progress"]> {
  const bytesPerSecond = seconds > 0 ? bytes / seconds : 0;
  const left = total === undefined || bytesPerSecond === 0 ? undefined : (total.bytes - bytes) / bytesPerSecond;
  return {
    bytes,
    files,
    ...(total === undefined ? {} : { totalBytes: total.bytes, totalFiles: total.files }),
    bytesPerSecond,
    ...(left === undefined ? {} : { secondsLeft: Math.max(0, left) }),
  };
}

function keepingLines(journal: Journal, lines: string[]): Journal {
  return {
    event: (kind, fields) => {
      if (MESSAGES[kind].level !== "debug") {
        lines.push(`${new Date().toISOString()} ${MESSAGES[kind].level} ${messageText(kind, fields)}`);
        lines.splice(0, lines.length - LOG_LINES);
      }
      journal.event(kind, fields);
    },
    child: (fields) => keepingLines(journal.child(fields), lines),
  };
}
