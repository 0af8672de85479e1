/** How much a check may read, and how long it may take. */
export interface BudgetLimits {
  seconds?: number | undefined;
  bytes?: number | undefined;
}

/** Counts what a check has read. */
export class Budget {
  bytesRead = 0;
  filesRead = 0;
  private readonly deadline: number;
  private readonly bytes: number;

  constructor({ seconds, bytes }: BudgetLimits, now: number) {
    this.deadline = seconds === undefined ? Number.POSITIVE_INFINITY : now + seconds * 1000;
    this.bytes = bytes ?? Number.POSITIVE_INFINITY;
  }

  spend(bytes: number): void {
    this.bytesRead += bytes;
    this.filesRead += 1;
  }

  /** At least one file is read, so that checks with the smallest budget come to an end some day. */
  get isSpent(): boolean {
    return this.filesRead > 0 && (this.bytesRead >= this.bytes || Date.now() >= this.deadline);
  }
}
