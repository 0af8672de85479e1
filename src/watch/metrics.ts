/** A metric for Prometheus; bakup-alarms(7) has the same list. All are gauges, of the profile in the label `profile`. */
export const METRICS = {
  bakup_last_run_start_timestamp_seconds: "When the last run began, in seconds since 1970.",
  bakup_last_run_end_timestamp_seconds: "When the last run ended, in seconds since 1970.",
  bakup_last_run_exit_code: "The exit code of the last run.",
  bakup_last_run_warnings: "How many warnings the last run gave.",
  bakup_last_run_source_entries: "Files, folders and links in the source at the last run.",
  bakup_last_run_source_bytes: "Bytes in the files of the source at the last run.",
  bakup_last_run_copied_bytes: "Bytes that the last run had to copy.",
  bakup_last_run_changes: "What the last run changed in the mirror, by kind.",
  bakup_last_run_removed_snapshots: "How many old snapshots the last run removed.",
  bakup_last_run_step_seconds: "How long each step of the last run took.",
  bakup_last_success_timestamp_seconds: "When the last run that made a backup began, in seconds since 1970.",
  bakup_last_complete_timestamp_seconds: "When the last run that backed up everything began, in seconds since 1970.",
  bakup_failing: "1 while the runs fail, else 0.",
} as const;

export type MetricName = keyof typeof METRICS;

export interface Sample {
  name: MetricName;
  value: number;
  labels?: Readonly<Record<string, string>>;
}

/** The samples of a profile in Prometheus's text format. Those of one name must stand together. */
export function renderMetrics(profile: string, samples: readonly Sample[]): string {
  const lines: string[] = [];
  let before: MetricName | undefined;
  for (const { name, value, labels = {} } of samples) {
    if (name !== before) {
      lines.push(`# HELP ${name} ${METRICS[name]}`, `# TYPE ${name} gauge`);
    }
    const pairs = Object.entries({ profile, ...labels }).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
    lines.push(`${name}{${pairs.join(",")}} ${value}`);
    before = name;
  }
  return `${lines.join("\n")}\n`;
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
}
