import type { TestContext } from "node:test";

const SAID = /^cases: (\d+)/;

/**
 * Says how many cases a test has tried, where that is more than its number of titles tells: crash points, random texts,
 * cuts. The record (record.ts) and bakup-safety(7) have the number from here.
 */
export function countCases(test: TestContext, cases: number, details = ""): void {
  test.diagnostic(`cases: ${cases}${details === "" ? "" : ` (${details})`}`);
}

/** The number that a test has said, if this is what it was. */
export function casesSaid(message: string): number | undefined {
  const [, cases] = SAID.exec(message) ?? [];
  return cases === undefined ? undefined : Number(cases);
}
