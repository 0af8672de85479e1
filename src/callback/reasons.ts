/** Why the callback is called: its third argument. The numbers are Back In Time's. */
export const REASON = {
  backupBegins: 1,
  backupEnds: 2,
  snapshotTaken: 3,
  error: 4,
  pageOpened: 5,
  pageClosed: 6,
  mount: 7,
  unmount: 8,
} as const;

export type Reason = (typeof REASON)[keyof typeof REASON];

/** What each reason means, in the words of the man page. */
export const REASON_MEANING: Readonly<Record<Reason, string>> = {
  1: "A backup is about to start.",
  2: "A backup has ended.",
  3: "A new snapshot was taken.",
  4: "There was an error.",
  5: "The web page was opened.",
  6: "The web page was closed.",
  7: "The file system of the profile may have to be mounted.",
  8: "The file system of the profile may have to be unmounted.",
};

/** What went wrong: the first extra argument of reason 4. The numbers are Back In Time's, and bakup's exit codes. */
export const CALLBACK_ERROR = {
  configuration: 1,
  alreadyRunning: 2,
  snapshotsFolderNotFound: 3,
  snapshotExists: 4,
  failed: 5,
  incomplete: 6,
} as const;

export type CallbackError = (typeof CALLBACK_ERROR)[keyof typeof CALLBACK_ERROR];

/** What each error code means, in the words of the man page. */
export const CALLBACK_ERROR_MEANING: Readonly<Record<CallbackError, string>> = {
  1: "The configuration is missing or invalid.",
  2: "A backup of this destination is already running.",
  3: "The snapshots folder cannot be found.",
  4: "A snapshot for this second already exists.",
  5: "An error; no snapshot was taken.",
  6: "A snapshot was taken, but with errors.",
};
