import { StoppedError } from "../errors/errors.ts";
import { endProcessNow } from "../process/end.ts";

/**
 * A signal that is aborted by SIGINT, SIGTERM and SIGHUP, so that a run can stop what it does and undo what it did. The
 * second signal ends the process at once.
 */
export function stopOnSignals(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      endProcessNow(new StoppedError(name).exitCode);
    }
    controller.abort(new StoppedError(name));
  };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) {
    process.on(name, stop);
  }
  const release = () => {
    for (const name of names) {
      process.off(name, stop);
    }
  };
  return { signal: controller.signal, release };
}
