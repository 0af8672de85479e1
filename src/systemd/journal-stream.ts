import { fstatSync } from "node:fs";

/** Whether a descriptor is the stream to the journal that systemd has given to the process: $JOURNAL_STREAM names it. */
export function isJournalStream(fd: number, env: Readonly<Record<string, string | undefined>>): boolean {
  if (!env.JOURNAL_STREAM) {
    return false;
  }
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return env.JOURNAL_STREAM === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
