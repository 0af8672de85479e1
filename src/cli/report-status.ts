import { EXIT, EXIT_MEANING, type ExitCode } from "../errors/exit-codes.ts";
import { visible } from "../journal/visible.ts";
import { localTime } from "../lock/local-time.ts";
import { describeInterruption, type OpenRun, runSeconds } from "../run/history/record.ts";
import { type ProfileStatus, statusOf } from "../run/profile-status.ts";
import { ageSeconds, formatAge } from "../units/age.ts";
import { formatDuration } from "../units/duration.ts";
import { plural } from "../units/size.ts";
import type { StatusCommandOptions } from "./commands/status.ts";
import { readConfiguration } from "./configuration.ts";
import { print, printJson } from "./output.ts";
import { describeProgress } from "./progress-line.ts";
import type { StatusJson } from "./schema/status.ts";

/** `bakup status`: reports on profiles. Trouble is what it is there to report, and no failure of its own. */
export function reportStatus(names: readonly string[], options: StatusCommandOptions): ExitCode {
  const now = Date.now();
  const statuses = readConfiguration(options.config, names).map((profile) => statusOf(profile, now));
  if (options.json) {
    printJson({ profiles: statuses.map((status) => toJson(status, now)) } satisfies StatusJson);
  } else {
    print(statuses.map((status) => visibleLines(describeStatus(status, now))).join("\n\n"));
  }
  return EXIT.done;
}

/** A profile's status as lines for people. Pure, but for the zone of the clock. */
export function describeStatus(status: ProfileStatus, now: number): string[] {
  const { profile, trouble } = status;
  return [
    `${profile.name}: ${trouble.length === 0 ? "all is well" : plural(trouble.length, "trouble")}`,
    ...runningNow(status, now),
    `  last run       ${lastRun(status, now)}`,
    `  last complete  ${lastComplete(status, now)}`,
    ...lastSkip(status, now),
    `  next run       ${nextRun(status, now)}`,
    ...trouble.flatMap(({ text, hint }) => [
      `  trouble        ${text}`,
      ...(hint === undefined ? [] : [`                 ${hint}`]),
    ]),
  ];
}

function visibleLines(lines: readonly string[]): string {
  return lines.map(visible).join("\n");
}

function runningNow({ live }: ProfileStatus, now: number): string[] {
  if (live === undefined) {
    return [];
  }
  const { progress, stepStarted } = live;
  const seconds = (now - Date.parse(stepStarted)) / 1000;
  const total =
    progress?.totalBytes === undefined || progress.totalFiles === undefined
      ? undefined
      : { bytes: progress.totalBytes, files: progress.totalFiles };
  const how = progress === undefined ? "" : `: ${describeProgress({ ...progress, seconds }, total)}`;
  return [`  running now    ${live.step}${how}`];
}

function lastRun({ state, interrupted }: ProfileStatus, now: number): string {
  const { lastRun } = state;
  if (interrupted !== undefined) {
    return `${ago(Date.parse(interrupted.started), now)}, ${describeInterruption(interrupted)}`;
  }
  if (lastRun === undefined) {
    return "never";
  }
  const { started, exitCode } = lastRun;
  const took = formatDuration(runSeconds(lastRun));
  return `${ago(Date.parse(started), now)}, took ${took}: ${EXIT_MEANING[exitCode] ?? `exit code ${exitCode}`}`;
}

/** What kept the profile from a run since the last one. */
function lastSkip({ state: { lastSkip, lastRun } }: ProfileStatus, now: number): string[] {
  return lastSkip === undefined || lastSkip.when < (lastRun?.finished ?? "")
    ? []
    : [`  skipped since  ${ago(Date.parse(lastSkip.when), now)}: ${lastSkip.reason}`];
}

function lastComplete({ state, snapshots, lastComplete, profile }: ProfileStatus, now: number): string {
  if (snapshots === undefined) {
    const { lastSuccess } = state;
    const last = lastSuccess === undefined ? "never" : ago(Date.parse(lastSuccess.started), now);
    return `not known, as the store is not here; last backup: ${last}`;
  }
  const count = `${plural(snapshots.length, "snapshot")} for ${profile.destination.location}`;
  return lastComplete === undefined
    ? `none; ${count}`
    : `${ago(lastComplete.instant, now)}: ${lastComplete.name}; ${count}`;
}

function nextRun({ next }: ProfileStatus, now: number): string {
  if (next === undefined) {
    return "not known";
  }
  if (next.due !== false) {
    return next.due ? `due now: ${next.reason}` : next.reason;
  }
  return next.next === null
    ? `never: ${next.reason}`
    : `${formatAge(Date.parse(next.next), now)} (${localTime(new Date(next.next))}): ${next.reason}`;
}

function ago(instant: number, now: number): string {
  const age = formatAge(instant, now);
  return `${age.startsWith("in ") ? age : `${age} ago`} (${localTime(new Date(instant))})`;
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
    lastSkip: lastSkip ?? null,
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
