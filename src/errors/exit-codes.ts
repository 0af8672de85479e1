/**
 * The process exit codes of `bakup`. 1-6 are Back In Time's callback error codes, the rest follow sysexits(3) and the
 * shell's rule for signals. `bakup pool` has codes of its own.
 */
export const EXIT = {
  done: 0,
  configuration: 1,
  alreadyRunning: 2,
  snapshotsFolderNotFound: 3,
  snapshotExists: 4,
  failed: 5,
  incomplete: 6,
  damaged: 7,
  unfit: 8,
  usage: 64,
  internal: 70,
  skipped: 75,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each exit code means, in the words of the man page. */
export const EXIT_MEANING: Readonly<Record<ExitCode, string>> = {
  0: "Done.",
  1: "The configuration is missing or invalid.",
  2: "A backup of this destination is already running.",
  3: "The snapshots folder cannot be found, or it is on another disk than expected.",
  4: "A snapshot for this second already exists.",
  5: "An error; no snapshot was taken.",
  6: "A snapshot was taken, but with errors.",
  7: "A check found damage: a snapshot is no longer what it was.",
  8: "This machine is not fit to back up.",
  64: "The command line is wrong.",
  70: "An internal error of bakup.",
  75: "Skipped: not due, a condition makes it wait, the disk is absent, or a callback cancelled the backup.",
  130: "Stopped by SIGINT.",
  143: "Stopped by SIGTERM.",
};

/** From worst to best: the exit code of a run over several profiles is the worst of theirs. */
const SEVERITY: readonly ExitCode[] = [143, 130, 70, 64, 7, 8, 5, 3, 1, 4, 2, 6, 0, 75];

/** The exit code that stands for several runs: the worst one; skipped only when all were skipped. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return SEVERITY.find((code) => codes.includes(code)) ?? EXIT.done;
}
