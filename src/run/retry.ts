import { setTimeout as sleep } from "node:timers/promises";
import { describeError } from "../errors/describe.ts";
import { AlreadyRunningError } from "../errors/errors.ts";
import { explainRsync } from "../remote/rsync-failure.ts";
import { ConnectionError } from "../ssh/complaints.ts";
import type { RunContext } from "./context.ts";
import { farOf } from "./far-run.ts";
import { RETRY_SECONDS } from "./reach.ts";

/**
 * Does something on the other machine, and again after a pause when the connection broke: with a new connection, so the
 * work must begin with a look at what is there. Failures of rsync come out in words of the other machine.
 * @throws the last error.
 */
export async function withRetries<T>(context: RunContext, work: (attempt: number) => Promise<T>): Promise<T> {
  const far = farOf(context);
  const pauses = context.job.reach?.retrySeconds ?? RETRY_SECONDS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      if (attempt > 0) {
        await far.reconnect();
      }
      const done = await work(attempt);
      far.connected = true;
      return done;
    } catch (caught) {
      const error = explainRsync(caught, far.where, far.host);
      const pause = pauses[attempt];
      if (!mayPass(error, { attempt, connected: far.connected }) || pause === undefined || context.signal.aborted) {
        throw error;
      }
      context.journal.event("warning", { text: `${describeError(error)}; trying again in ${pause} s` });
      await wait(pause, context.signal);
    }
  }
}

/** After a break, what still runs there on our behalf may hold its lock for a moment. */
function mayPass(error: unknown, { attempt, connected }: { attempt: number; connected: boolean }): boolean {
  if (error instanceof ConnectionError) {
    return error.temporary && (connected || attempt > 0 || !error.unreachable);
  }
  return attempt > 0 && error instanceof AlreadyRunningError;
}

async function wait(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
