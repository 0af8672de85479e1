import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MetricName, renderMetrics, type Sample } from "../watch/metrics.ts";
import type { RunEnd } from "./history/record.ts";
import type { ProfileState } from "./profile-state.ts";

/** What Prometheus can know of a profile after a run. Pure. */
export function samplesOf(end: RunEnd, state: ProfileState, isFailing: boolean): Sample[] {
  const { started, finished, exitCode, warnings, entries, bytes, changes, removed, steps } = end;
  return [
    { name: "bakup_last_run_start_timestamp_seconds", value: seconds(started) },
    { name: "bakup_last_run_end_timestamp_seconds", value: seconds(finished) },
    { name: "bakup_last_run_exit_code", value: exitCode },
    { name: "bakup_last_run_warnings", value: warnings },
    ...sample("bakup_last_run_source_entries", entries),
    ...sample("bakup_last_run_source_bytes", bytes),
    ...sample("bakup_last_run_copied_bytes", changes?.bytes),
    ...(["created", "changed", "attributes", "deleted"] as const).flatMap((kind) =>
      sample("bakup_last_run_changes", changes?.[kind], { kind }),
    ),
    { name: "bakup_last_run_removed_snapshots", value: removed.length },
    ...steps.flatMap((each) => sample("bakup_last_run_step_seconds", each.seconds, { step: each.step })),
    ...sample("bakup_last_success_timestamp_seconds", optionalSeconds(state.lastSuccess?.started)),
    ...sample("bakup_last_complete_timestamp_seconds", optionalSeconds(state.lastComplete?.started)),
    { name: "bakup_failing", value: isFailing ? 1 : 0 },
  ];
}

/** Leaves the samples where node_exporter's textfile collector reads them, whole at any time. */
export function writeMetrics(folder: string, profile: string, samples: readonly Sample[]): void {
  const file = join(folder, `bakup-${profile}.prom`);
  const temporary = `${file}.new`;
  writeFileSync(temporary, renderMetrics(profile, samples), { mode: 0o644 });
  renameSync(temporary, file);
}

function sample(name: MetricName, value: number | undefined, labels: Sample["labels"] = {}): Sample[] {
  return value === undefined ? [] : [{ name, value, labels }];
}

function seconds(time: string): number {
  return Date.parse(time) / 1000;
}

function optionalSeconds(time: string | undefined): number | undefined {
  return time === undefined ? undefined : seconds(time);
}
