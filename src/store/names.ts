/** bakup's own names: UTC, sortable, without a blank or a colon. */
const OWN = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/;
/** rsync-system-backup's names: local time. */
const RSYNC_SYSTEM_BACKUP = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;

export type NameOrigin = "bakup" | "rsync-system-backup";

/** The name of a snapshot of a run that started at an instant: `2026-11-22T02-00-13Z`. */
export function snapshotName(start: Date): string {
  return `${start.toISOString().slice(0, 19).replaceAll(":", "-")}Z`;
}

/** Which program gives such names, and the instant (ms) that the name stands for. Undefined for any other name. */
export function parseSnapshotName(name: string): { origin: NameOrigin; instant: number } | undefined {
  if (OWN.test(name)) {
    const iso = `${name.slice(0, 13)}:${name.slice(14, 16)}:${name.slice(17, 19)}.000Z`;
    const instant = Date.parse(iso);
    const exists = !Number.isNaN(instant) && new Date(instant).toISOString() === iso;
    return exists ? { origin: "bakup", instant } : undefined;
  }
  const local = RSYNC_SYSTEM_BACKUP.exec(name);
  if (local !== null) {
    const [year, month, day, hour, minute, second] = numbers(local);
    const date = new Date(year, month - 1, day, hour, minute, second);
    return date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60 && second < 60
      ? { origin: "rsync-system-backup", instant: date.getTime() }
      : undefined;
  }
  return undefined;
}

function numbers(match: RegExpExecArray): [number, number, number, number, number, number] {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return [year, month, day, hour, minute, second];
}
