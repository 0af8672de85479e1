import { EXIT_MEANING } from "../errors/exit-codes.ts";
import { formatDuration } from "../units/duration.ts";
import { formatBytes } from "../units/size.ts";
import type { Alarm } from "../watch/alarm.ts";
import { type RunEnd, runSeconds } from "./history/record.ts";

/** A run's beginning, for those who want to know. */
export function startAlarm(profile: string): Alarm {
  return { kind: "start", profile, title: `backup of ${profile} starts`, text: "" };
}

/** A run's end. */
export function endAlarm(kind: "success" | "failure" | "recovery", profile: string, end: RunEnd): Alarm {
  const { log } = end;
  const titles = {
    success: `backup of ${profile} is done`,
    failure: `backup of ${profile} failed`,
    recovery: `backup of ${profile} works again`,
  };
  return {
    kind,
    profile,
    title: titles[kind],
    text: kind === "failure" ? whatFailed(profile, end) : whatWasDone(end),
    log,
  };
}

function whatFailed(profile: string, { error, hint, exitCode, run }: RunEnd): string {
  const what = [error ?? EXIT_MEANING[exitCode], ...(hint === undefined ? [] : [`What to do: ${hint}`])];
  return [...what, "", `More about it: bakup history ${profile} --run ${run.slice(0, 8)}`].join("\n");
}

function whatWasDone(end: RunEnd): string {
  const { changes, snapshot } = end;
  const copied = changes === undefined ? "" : `, ${formatBytes(changes.bytes)} copied`;
  const taken = snapshot === undefined ? "" : `, snapshot ${snapshot.name}`;
  return `It took ${formatDuration(runSeconds(end))}${copied}${taken}.`;
}
