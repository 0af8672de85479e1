import { parseSnapshotName } from "./names.ts";

/** Programs whose snapshots can be taken over; "bakup" for our own that have lost their record. */
export type ForeignKind = "bakup" | "rsync-system-backup" | "rsnapshot" | "back-in-time";

export interface ForeignName {
  kind: ForeignKind;
  /** In ms since the epoch; undefined when the name does not tell. */
  instant: number | undefined;
  /** rsnapshot counts: the higher, the older. */
  level: number;
}

/** rsnapshot: the interval's name and a number, as in `daily.0`. */
const RSNAPSHOT = /^[A-Za-z][A-Za-z0-9_-]*\.(\d{1,4})$/;
/** Back In Time: local time and three random digits. */
const BACK_IN_TIME = /^(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})-\d{3}$/;

/** Which program gives its snapshots such names. Undefined for any other name. */
export function readForeignName(name: string): ForeignName | undefined {
  const known = parseSnapshotName(name);
  if (known !== undefined) {
    return { kind: known.origin, instant: known.instant, level: 0 };
  }
  const rsnapshot = RSNAPSHOT.exec(name);
  if (rsnapshot !== null) {
    return { kind: "rsnapshot", instant: undefined, level: Number(rsnapshot[1]) };
  }
  const backInTime = BACK_IN_TIME.exec(name);
  if (backInTime === null) {
    return undefined;
  }
  const [, year, month, day, hour, minute, second] = backInTime;
  const time = parseSnapshotName(`${year}-${month}-${day} ${hour}:${minute}:${second}`);
  return time === undefined ? undefined : { kind: "back-in-time", instant: time.instant, level: 0 };
}
