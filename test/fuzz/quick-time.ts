import { syncBuiltinESMExports } from "node:module";
import type { TestContext } from "node:test";

const STEP_MS = 2;

/**
 * Lets the clock and all timers of this process run so many times as fast until the end of the test: limits of minutes
 * are reached, and what waits for them is seen to end.
 */
export function quickenTime(t: TestContext, factor: number): void {
  const ticker = setInterval(() => t.mock.timers.tick(STEP_MS * factor), STEP_MS);
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
  syncBuiltinESMExports();
  t.after(() => {
    clearInterval(ticker);
    t.mock.timers.reset();
    syncBuiltinESMExports();
  });
}
