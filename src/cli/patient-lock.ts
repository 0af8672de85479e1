import { setTimeout as sleep } from "node:timers/promises";
import { AlreadyRunningError } from "../errors/errors.ts";
import type { Store } from "../store/layout.ts";
import { withLockedStore } from "./locked-store.ts";

const PAUSE_MS = 2000;
/** A run of an ordinary night is over by then. */
const PATIENCE_MS = 3_600_000;

/**
 * Does work that changes a store, with the locks that a run takes, when the run that has them is over.
 * @throws AlreadyRunningError when it is not over within an hour; whatever the work throws.
 */
export async function withLockedStoreLater<T>(
  store: Store,
  describe: string,
  { work, signal }: { work: () => T | Promise<T>; signal: AbortSignal },
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await withLockedStore(store, describe, work);
    } catch (error) {
      if (!(error instanceof AlreadyRunningError) || Date.now() > deadline) {
        throw error;
      }
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
}
