/**
 * What each exit code of rsync means for a backup. "judge": the messages decide, line by line (see `judge`).
 * A code that is not in the table counts as a failure. Source: rsync(1), EXIT VALUES.
 */
export type RsyncVerdict = "ok" | "judge" | "failed";

interface RsyncExitCode {
  verdict: RsyncVerdict;
  meaning: string;
  hint?: string;
}

const RSYNC_EXIT_CODES: Readonly<Record<number, RsyncExitCode>> = {
  0: { verdict: "ok", meaning: "success" },
  1: { verdict: "failed", meaning: "syntax or usage error", hint: "check the exclude patterns" },
  2: { verdict: "failed", meaning: "protocol incompatibility", hint: "both sides need a similar rsync version" },
  3: { verdict: "failed", meaning: "errors selecting input or output files or directories" },
  4: { verdict: "failed", meaning: "requested action not supported", hint: "rsync lacks ACL or xattr support" },
  5: { verdict: "failed", meaning: "error starting the client-server protocol" },
  6: { verdict: "failed", meaning: "the daemon cannot append to its log file" },
  10: { verdict: "failed", meaning: "error in socket input or output" },
  11: { verdict: "failed", meaning: "error in file input or output", hint: "is the backup disk full, or failing?" },
  12: { verdict: "failed", meaning: "error in the protocol data stream" },
  13: { verdict: "failed", meaning: "errors with program diagnostics" },
  14: { verdict: "failed", meaning: "error in the communication between its processes" },
  15: { verdict: "failed", meaning: "a sibling process crashed" },
  16: { verdict: "failed", meaning: "a sibling process ended abnormally" },
  20: { verdict: "failed", meaning: "stopped by a signal" },
  21: { verdict: "failed", meaning: "an error while waiting for a child process" },
  22: { verdict: "failed", meaning: "error allocating memory" },
  23: { verdict: "judge", meaning: "some files or attributes were not transferred" },
  24: { verdict: "judge", meaning: "some source files vanished before they could be transferred" },
  25: {
    verdict: "failed",
    meaning: "the limit of deletions stopped it",
    hint: "the source has lost much more since the plan: is its disk mounted?",
  },
  30: { verdict: "failed", meaning: "timeout in data send or receive" },
  35: { verdict: "failed", meaning: "timeout waiting for a daemon connection" },
  124: { verdict: "failed", meaning: "the command run by the remote shell failed" },
  125: { verdict: "failed", meaning: "the command run by the remote shell was killed" },
  126: { verdict: "failed", meaning: "the command given to the remote shell cannot be run" },
  127: {
    verdict: "failed",
    meaning: "the command given to the remote shell was not found",
    hint: "install rsync there",
  },
  255: { verdict: "failed", meaning: "the remote shell failed" },
};

/** Looks an exit code of rsync up. */
export function rsyncExitCode(code: number): RsyncExitCode {
  return RSYNC_EXIT_CODES[code] ?? { verdict: "failed", meaning: "an exit code that rsync does not document" };
}
