import { BakupError, UsageError } from "../errors/errors.ts";
import { EXIT, EXIT_MEANING, type ExitCode } from "../errors/exit-codes.ts";
import { visible } from "../journal/visible.ts";
import { localTime } from "../lock/local-time.ts";
import { readHistory } from "../run/history/file.ts";
import { groupSkips, type RunGroup } from "../run/history/group-skips.ts";
import {
  describeEnding,
  describeInterruption,
  type OpenRun,
  type RunRecord,
  runSeconds,
  transferRate,
} from "../run/history/record.ts";
import { formatDuration } from "../units/duration.ts";
import { formatBytes, formatCount, plural } from "../units/size.ts";
import type { HistoryCommandOptions } from "./commands/history.ts";
import { readConfiguration } from "./configuration.ts";
import { print, printJson } from "./output.ts";
import type { HistoryJson, RunJson } from "./schema/history.ts";
import { formatTable, terminalWidth } from "./table.ts";

interface ProfileHistory {
  profile: string;
  runs: RunRecord[];
}

/** `bakup history`: what the runs of the profiles came to. */
export function reportHistory(names: readonly string[], options: HistoryCommandOptions): ExitCode {
  const limit = readLimit(options.limit);
  const profiles = readConfiguration(options.config, names).map(({ name }) => ({
    profile: name,
    runs: readHistory(name),
  }));
  const wanted = options.run === undefined ? profiles : [findRun(profiles, options.run)];
  if (options.json) {
    printJson({
      profiles: wanted.map(({ profile, runs }) => ({ profile, runs: runs.slice(-limit).map(toJson) })),
    } satisfies HistoryJson);
  } else if (options.run === undefined) {
    print(wanted.map((history) => describeHistory(history, limit)).join("\n\n"));
  } else {
    print(wanted.flatMap(({ profile, runs }) => runs.flatMap((run) => describeRun(profile, run))).join("\n"));
  }
  return EXIT.done;
}

function readLimit(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new UsageError(`--limit takes a whole number above 0, not "${text}"`);
  }
  return Number(text);
}

function findRun(profiles: readonly ProfileHistory[], id: string): ProfileHistory {
  const found = profiles.flatMap(({ profile, runs }) =>
    runs.filter(({ run }) => run.startsWith(id)).map((run) => ({ profile, runs: [run] })),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new BakupError(
      only === undefined ? `no run has the id "${id}"` : `the ids of ${found.length} runs begin with "${id}"`,
      { hint: "see the ids with: bakup history" },
    );
  }
  return only;
}

function describeHistory({ profile, runs }: ProfileHistory, limit: number): string {
  if (runs.length === 0) {
    return `${profile}: no runs yet`;
  }
  const header = ["STARTED", "TOOK", "CHANGES", "COPIED", "SNAPSHOT", "RUN", "END"];
  const rows = groupSkips(runs).slice(-limit).map(rowOf);
  return `${profile}:\n${formatTable([header, ...rows], { width: terminalWidth(), right: [1, 2, 3], optional: [4, 3, 2] })}`;
}

function rowOf({ newest: record, since, count }: RunGroup): string[] {
  const started = localTime(new Date(since));
  const id = record.run.slice(0, 8);
  if (record.state !== "ended") {
    const step = record.step === undefined ? "" : ` in the step ${record.step}`;
    return [started, "-", "-", "-", "-", id, `${record.state}${step}`];
  }
  const { changes, snapshot } = record;
  return [
    started,
    formatDuration(runSeconds(record)),
    changes === undefined ? "-" : formatCount(countOf(changes)),
    changes === undefined ? "-" : formatBytes(changes.bytes),
    snapshot === undefined ? "-" : snapshot.name,
    id,
    count === 1
      ? describeEnding(record)
      : `${describeEnding(record)} (${count} times, until ${localTime(new Date(record.started))})`,
  ];
}

function describeRun(profile: string, record: RunRecord): string[] {
  const started = `${profile}: run ${record.run}, started ${localTime(new Date(record.started))}`;
  if (record.state !== "ended") {
    return [started, ...describeOpenRun(record)];
  }
  const { exitCode, changes, snapshot, removed, warnings, error, hint, steps, log } = record;
  const rate = transferRate(record);
  const copied = changes === undefined ? [] : [`${formatBytes(changes.bytes)} copied`];
  const speed = rate === undefined ? [] : [`${formatBytes(rate)}/s`];
  return [
    started,
    `  ended     after ${formatDuration(runSeconds(record))} with exit code ${exitCode}: ${EXIT_MEANING[exitCode] ?? ""}`,
    ...(error === undefined ? [] : [`  error     ${visible(error)}`]),
    ...(hint === undefined ? [] : [`            ${visible(hint)}`]),
    ...(changes === undefined
      ? []
      : [`  changes   ${formatCount(countOf(changes))}: ${[...copied, ...speed].join(", ")}`]),
    ...(snapshot === undefined ? [] : [`  snapshot  ${snapshot.name} (${snapshot.state})`]),
    ...(removed.length === 0 ? [] : [`  removed   ${removed.join(", ")}`]),
    ...(warnings === 0 ? [] : [`  warnings  ${plural(warnings, "warning")}`]),
    ...steps.map(({ step, seconds }) => `  step      ${step}: ${seconds.toFixed(1)} s`),
    ...log.map((line) => `  log       ${visible(line)}`),
  ];
}

function describeOpenRun(run: OpenRun): string[] {
  const { state, step, stepStarted } = run;
  const what = state === "running" ? "it is still at work" : `it was ${describeInterruption(run)}`;
  const since = stepStarted === undefined ? [] : [`  step      ${step}: since ${localTime(new Date(stepStarted))}`];
  return [`  ${what}`, ...since];
}

function countOf({
  created,
  changed,
  attributes,
  deleted,
}: Record<"created" | "changed" | "attributes" | "deleted", number>): number {
  return created + changed + attributes + deleted;
}

function toJson(record: RunRecord): RunJson {
  if (record.state !== "ended") {
    return { step: null, stepStarted: null, ...record };
  }
  const {
    entries = null,
    files = null,
    bytes = null,
    changes = null,
    snapshot = null,
    error = null,
    hint = null,
  } = record;
  const { run, state, started, finished, exitCode, source, destination, removed, warnings, steps, log } = record;
  return {
    run,
    state,
    started,
    finished,
    exitCode,
    source,
    destination,
    entries,
    files,
    bytes,
    changes,
    bytesPerSecond: transferRate(record) ?? null,
    snapshot,
    removed,
    warnings,
    error,
    hint,
    steps,
    log,
  };
}
