import { EXIT } from "../errors/exit-codes.ts";
import { localTime } from "../lock/local-time.ts";
import type { LiveRun } from "../run/history/live.ts";
import { describeEnding, describeInterruption, type RunRecord } from "../run/history/record.ts";
import { formatAgo } from "../units/age.ts";
import { formatDuration } from "../units/duration.ts";
import { formatBytes, formatCount } from "../units/size.ts";

/** "2 hours ago (2026-11-22 02:00:13)" */
export function ago(instant: number, now: number): string {
  return `${formatAgo(instant, now)} (${localTime(new Date(instant))})`;
}

/** How a run ended, or that it has not. */
export function endOf(record: RunRecord): string {
  if (record.state !== "ended") {
    return record.state === "running" ? "still at work" : describeInterruption(record);
  }
  return describeEnding(record);
}

export function isBad(record: RunRecord): boolean {
  return (
    record.state === "interrupted" ||
    (record.state === "ended" && ![EXIT.done, EXIT.skipped].some((code) => code === record.exitCode))
  );
}

/** What a running run is doing, and how much of it is done in percent, where that is known. */
export function describeLive(live: LiveRun | undefined): { running: boolean; text: string; percent: number | null } {
  if (live === undefined) {
    return { running: false, text: "", percent: null };
  }
  const { step, progress } = live;
  if (progress === undefined) {
    return { running: true, text: step, percent: null };
  }
  const { bytes, files, totalBytes, bytesPerSecond, secondsLeft } = progress;
  const done = totalBytes === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;
  const left = secondsLeft === undefined ? [] : [`${formatDuration(secondsLeft)} left`];
  return {
    running: true,
    text: [`${step}: ${done}`, `${formatCount(files)} files`, `${formatBytes(bytesPerSecond)}/s`, ...left].join(", "),
    percent: totalBytes ? Math.min(100, Math.round((bytes / totalBytes) * 100)) : null,
  };
}
