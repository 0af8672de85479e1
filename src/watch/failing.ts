import { EXIT, type ExitCode } from "../errors/exit-codes.ts";

/** What is remembered while the runs of a profile fail. Times are ISO 8601 in UTC. */
export interface Failing {
  since: string;
  /** When people were told last. */
  told: string;
  /** The channels by which that has failed so far. */
  untold: readonly string[];
}

export interface RunEndFacts {
  exitCode: ExitCode;
  /** How many files of the source could not be read. */
  unreadable: number;
  failing: Failing | undefined;
  /** Ms since 1970. */
  now: number;
  reminderSeconds: number;
}

/** What a run's end is to those who want to know. */
export interface RunEndVerdict {
  kind: "success" | "failure" | "recovery";
  /** Whether people hear of it, or only monitors that count each run and the channels that have failed so far. */
  isNews: boolean;
}

/**
 * Undefined for what is no news in itself: a skip, a run that met another, one that was stopped. Files that have
 * vanished while they were read are no failure, unreadable ones are: they are not in the backup.
 */
export function judgeRunEnd(facts: RunEndFacts): RunEndVerdict | undefined {
  const { exitCode, unreadable, failing, now, reminderSeconds } = facts;
  if (NO_NEWS.includes(exitCode)) {
    return undefined;
  }
  if (exitCode === EXIT.done || (exitCode === EXIT.incomplete && unreadable === 0)) {
    return { kind: failing === undefined ? "success" : "recovery", isNews: true };
  }
  const isNews = failing === undefined || now - Date.parse(failing.told) >= reminderSeconds * 1000;
  return { kind: "failure", isNews };
}

const NO_NEWS: readonly ExitCode[] = [EXIT.skipped, EXIT.alreadyRunning, EXIT.interrupted, EXIT.terminated];
