/** How large a tree is. */
export interface TreeSize {
  /** All entries: files, folders, links, devices. */
  entries: number;
  /** Regular files. */
  files: number;
  /** Bytes of the regular files' contents. */
  bytes: number;
}

/** Reads the lines of rsync's `--stats` (in the C locale) that say how large the source is. */
export function parseStatistics(lines: readonly string[]): TreeSize {
  const text = lines.join("\n");
  return {
    entries: number(/^Number of files: ([\d,.]+)/m.exec(text)),
    files: number(/^Number of files: .*\breg: ([\d,.]+)/m.exec(text)),
    bytes: number(/^Total file size: ([\d,.]+) bytes/m.exec(text)),
  };
}

function number(match: RegExpExecArray | null): number {
  return Number((match?.[1] ?? "0").replace(/[,.]/g, ""));
}
