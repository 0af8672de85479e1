/** How far a transfer is. */
export interface Progress {
  bytes: number;
  files: number;
}

export type OnProgress = (progress: Progress) => void;

const LINE = /^\s*([\d,]+)\s+\d+%\s+\S+\s+\S+(?:\s+\(xfr#(\d+),)?/;

/** Reads one line of rsync's `--info=progress2`; undefined for any other line. */
export function parseProgress(line: string): Progress | undefined {
  const match = LINE.exec(line);
  if (match === null) {
    return undefined;
  }
  return { bytes: Number((match[1] ?? "0").replace(/,/g, "")), files: Number(match[2] ?? "0") };
}
