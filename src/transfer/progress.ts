/** How far a transfer is. */
export interface Progress {
  bytes: number;
  files: number;
  /** How many of all entries of the source were looked at; unknown as long as rsync is still listing it. */
  entries?: { done: number; total: number };
}

export type OnProgress = (progress: Progress) => void;

/** For the progress of what follows on what was done `ahead`. */
export function progressAfter(ahead: Progress, onProgress: OnProgress | undefined): OnProgress | undefined {
  return onProgress === undefined
    ? undefined
    : (now) => onProgress({ ...now, bytes: ahead.bytes + now.bytes, files: ahead.files + now.files });
}

const LINE = /^\s*([\d,]+)\s+\d+%\s+\S+\s+\S+(?:\s+\(xfr#(\d+),)?(?:\s+to-chk=(\d+)\/(\d+))?/;

/** Reads one line of rsync's `--info=progress2`; undefined for any other line. */
export function parseProgress(line: string): Progress | undefined {
  const match = LINE.exec(line);
  if (match === null) {
    return undefined;
  }
  const [, bytes = "0", files = "0", left, total] = match;
  const progress = { bytes: Number(bytes.replaceAll(",", "")), files: Number(files) };
  return total === undefined
    ? progress
    : { ...progress, entries: { done: Number(total) - Number(left), total: Number(total) } };
}
