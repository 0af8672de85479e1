import { askThisMachine, type Machine } from "../conditions/machine.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { waitOf } from "../run/conditions.ts";
import type { OpenRun } from "../run/history/record.ts";
import { type ProfileStatus, statusOf } from "../run/profile-status.ts";
import { ageSeconds } from "../units/age.ts";
import type { StatusCommandOptions } from "./commands/status.ts";
import { readConfiguration } from "./configuration.ts";
import { describeStatuses } from "./describe-status.ts";
import { print, printJson } from "./output.ts";
import type { StatusJson } from "./schema/status.ts";
import { terminalWidth } from "./table.ts";

/** `bakup status`: reports on profiles. Trouble is what it is there to report, and no failure of its own. */
export async function reportStatus(names: readonly string[], options: StatusCommandOptions): Promise<ExitCode> {
  const now = Date.now();
  const machine = askThisMachine();
  const statuses = await Promise.all(
    readConfiguration(options.config, names).map((profile) => withWait(statusOf(profile, now), machine)),
  );
  if (options.json) {
    printJson({ profiles: statuses.map((status) => toJson(status, now)) } satisfies StatusJson);
  } else {
    const width = terminalWidth();
    print(describeStatuses(statuses, { now, width, all: options.verbose > 0 }).join("\n\n"));
  }
  return EXIT.done;
}

/** Adds what makes a timed run wait, which is asked where one may be due. */
async function withWait(status: ProfileStatus, machine: Machine): Promise<ProfileStatus> {
  const { profile, next } = status;
  if (next === undefined || next.due === false) {
    return status;
  }
  const wait = await waitOf(profile, machine);
  return { ...status, next: { ...next, waits: wait?.reason ?? null } };
}

function toJson(status: ProfileStatus, now: number): StatusJson["profiles"][number] {
  const { profile, state, interrupted, snapshots, lastComplete, next, live, trouble } = status;
  const { lastRun, lastSuccess, lastSkip } = state;
  return {
    profile: profile.name,
    source: profile.source.path,
    destination: profile.destination.location,
    lastRun: lastRun === undefined ? null : { error: null, snapshot: null, ...lastRun },
    interrupted: interrupted === undefined ? null : interruptionJson(interrupted),
    lastSuccess: lastSuccess === undefined ? null : { snapshot: null, ...lastSuccess },
    lastSkip: lastSkip === undefined ? null : { condition: null, ...lastSkip },
    running: live ?? null,
    snapshots: snapshots?.length ?? null,
    lastComplete:
      lastComplete === undefined
        ? null
        : {
            name: lastComplete.name,
            time: new Date(lastComplete.instant).toISOString(),
            ageSeconds: ageSeconds(lastComplete.instant, now),
          },
    next: next ?? null,
    trouble: trouble.map((each) => ({ hint: null, ...each })),
  };
}

function interruptionJson({ run, started, step, stepStarted }: OpenRun): StatusJson["profiles"][number]["interrupted"] {
  return { run, started, step: step ?? null, stepStarted: stepStarted ?? null };
}
