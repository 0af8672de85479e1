import { setTimeout as wait } from "node:timers/promises";

/** Waits until what was made has settled: a file that changed in the last three seconds is not copied ahead of rsync. */
export async function settle(): Promise<void> {
  await wait(4100);
}
