import type { Day } from "../calendar.ts";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/** What the label of every disc of Cedar Backup, and of ours, begins with. */
export const LABEL_START = "CEDAR BACKUP";

/** The label of a disc that is written on a day: "CEDAR BACKUP 24-NOV-2026". Pure. */
export function discLabel(day: Day): string {
  const [year = "", month = "", date = ""] = day.split("/");
  return `${LABEL_START} ${date}-${MONTHS[Number(month) - 1]}-${year}`;
}
