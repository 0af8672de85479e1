import { findWait } from "../conditions/find-wait.ts";
import { askThisMachine, type Machine } from "../conditions/machine.ts";
import type { Wait } from "../conditions/rules.ts";
import { WaitingError } from "../conditions/waiting-error.ts";
import type { Profile } from "../config/profile.ts";
import { leavesMachine } from "../destination/leaves-machine.ts";
import type { RunContext } from "./context.ts";

/** The step of a run that is due: goes on only when no condition makes it wait. @throws WaitingError */
export async function checkConditions({ job, journal, signal }: RunContext): Promise<void> {
  if (job.conditions === undefined) {
    return;
  }
  const wait = await findWait(job.conditions, {
    leavesMachine: leavesMachine(job.destination, job.reach?.tunnel !== undefined),
    machine: askThisMachine((service, error) => journal.event("conditionUnknown", { service, error })),
  });
  signal.throwIfAborted();
  if (wait !== undefined) {
    throw new WaitingError(wait);
  }
}

/** What would make a timed run of a profile wait now. */
export function waitOf(
  { conditions, destination: { parsed, tunnel } }: Profile,
  machine: Machine,
): Promise<Wait | undefined> {
  return findWait(conditions, { leavesMachine: leavesMachine(parsed, tunnel !== undefined), machine });
}
