import { EXIT_MEANING } from "../errors/exit-codes.ts";
import { visible } from "../journal/visible.ts";
import { localTime } from "../lock/local-time.ts";
import { describeInterruption, runSeconds } from "../run/history/record.ts";
import { skipSinceLastRun } from "../run/profile-state.ts";
import type { NextRun, ProfileStatus } from "../run/profile-status.ts";
import { formatAge, formatAgo } from "../units/age.ts";
import { formatDuration } from "../units/duration.ts";
import { formatCount, plural } from "../units/size.ts";
import { describeProgress } from "./progress-line.ts";
import { formatTable } from "./table.ts";
import { wrapToWidth } from "./text-width.ts";

/**
 * Parts of a report for people, whatever the number of profiles: a table of all when there are several, then all about
 * the only one, or about those that work now or are in trouble. Pure, but for the zone of the clock.
 */
export function describeStatuses(
  statuses: readonly ProfileStatus[],
  { now, width, all = false }: { now: number; width: number | undefined; all?: boolean },
): string[] {
  const isOne = statuses.length === 1;
  const detailed = statuses.filter(({ trouble, live }) => isOne || all || trouble.length > 0 || live !== undefined);
  const wrap = (line: string) => wrapToWidth(visible(line), { width, indent: INDENT });
  return [
    ...(isOne ? [] : [summaryTable(statuses, { now, width })]),
    ...detailed.map((status) => describeStatus(status, now).map(wrap).join("\n")),
  ];
}

/** Where the texts of a profile begin. */
const INDENT = 17;

function summaryTable(statuses: readonly ProfileStatus[], { now, width }: { now: number; width: number | undefined }) {
  const rows = statuses.map(({ profile, trouble, lastComplete, state, snapshots, next, live }) => {
    const last = lastComplete?.instant ?? instantOf(state.lastComplete?.started);
    return [
      profile.name,
      live === undefined ? verdict(trouble.length) : `running: ${live.step}`,
      last === undefined ? "never" : formatAgo(last, now),
      nextShort(next, now),
      snapshots === undefined ? "-" : formatCount(snapshots.length),
    ];
  });
  const header = ["PROFILE", "HEALTH", "LAST COMPLETE", "NEXT RUN", "SNAPSHOTS"];
  return formatTable([header, ...rows], { width, right: [4] });
}

function nextShort(next: NextRun | undefined, now: number): string {
  if (next === undefined || next.due === null) {
    return "not known";
  }
  if (next.due) {
    return next.waits === null ? "due now" : "due, but waits";
  }
  return next.next === null ? "never" : formatAge(Date.parse(next.next), now);
}

function verdict(troubles: number): string {
  return troubles === 0 ? "all is well" : plural(troubles, "trouble");
}

function instantOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

/** A profile's status as lines for people. Pure, but for the zone of the clock. */
function describeStatus(status: ProfileStatus, now: number): string[] {
  const { profile, trouble } = status;
  return [
    `${profile.name}: ${verdict(trouble.length)}`,
    ...runningNow(status, now),
    `  last run       ${lastRun(status, now)}`,
    `  last complete  ${lastComplete(status, now)}`,
    ...lastSkip(status, now),
    `  next run       ${nextRun(status, now)}`,
    ...trouble.flatMap(({ text, hint }) => [
      `  trouble        ${text}`,
      ...(hint === undefined ? [] : [`${" ".repeat(INDENT)}${hint}`]),
    ]),
  ];
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
function lastSkip({ state }: ProfileStatus, now: number): string[] {
  const skip = skipSinceLastRun(state);
  return skip === undefined ? [] : [`  skipped since  ${ago(Date.parse(skip.when), now)}: ${skip.reason}`];
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
    const waits = next.waits === null ? "" : `; a timed run waits, because ${next.waits}`;
    return `${next.due ? "due now: " : ""}${next.reason}${waits}`;
  }
  return next.next === null
    ? `never: ${next.reason}`
    : `${formatAge(Date.parse(next.next), now)} (${localTime(new Date(next.next))}): ${next.reason}`;
}

function ago(instant: number, now: number): string {
  return `${formatAgo(instant, now)} (${localTime(new Date(instant))})`;
}
