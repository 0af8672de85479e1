/** A mistake in a configuration file, and where it is. */
export interface Complaint {
  file: string;
  /** Counted from 1; 0 when it is about the file as a whole. */
  line: number;
  /** What is wrong and, after a semicolon, what to write instead. */
  message: string;
}

/** `file:line: message`, or `file: message` for the file as a whole. */
export function formatComplaint({ file, line, message }: Complaint): string {
  return line === 0 ? `${file}: ${message}` : `${file}:${line}: ${message}`;
}

/** By file, then line; what is at one place stays in the order in which it was found. Each complaint only once. */
export function sortComplaints(complaints: readonly Complaint[]): Complaint[] {
  const once = new Map(complaints.map((complaint) => [formatComplaint(complaint), complaint]));
  return [...once.values()].sort((a, b) => compareText(a.file, b.file) || a.line - b.line);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
