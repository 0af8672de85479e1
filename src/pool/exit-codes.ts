/** The exit codes of `bakup pool`, which are those of cback(1). */
export const POOL_EXIT = {
  done: 0,
  interpreter: 1,
  usage: 2,
  logging: 3,
  configuration: 4,
  interrupted: 5,
  failed: 6,
} as const;

export type PoolExitCode = (typeof POOL_EXIT)[keyof typeof POOL_EXIT];

/** What each exit code means, in the words of the man page. */
export const POOL_EXIT_MEANING: Readonly<Record<PoolExitCode, string>> = {
  0: "Done, all of it.",
  1: "The version of Node.js is too old.",
  2: "The command line is wrong.",
  3: "The log file cannot be written.",
  4: "The configuration is missing or invalid, or does not go with the actions.",
  5: "The backup was interrupted by a signal.",
  6: "An action failed, in whole or in part.",
};
