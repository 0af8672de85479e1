import { setImmediate as breathe } from "node:timers/promises";

const BREATH_MS = 20;

/** Lets signals and the rest of a run have their turn in long work that itself never waits. */
export class Breath {
  private last = performance.now();

  /** To be called often: waits only when the last time was long ago. @throws the reason of an abort. */
  async take(signal: AbortSignal | undefined): Promise<void> {
    if (performance.now() - this.last > BREATH_MS) {
      await breathe();
      this.last = performance.now();
    }
    signal?.throwIfAborted();
  }
}
