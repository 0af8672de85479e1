import { description, type InferOutput, literal, object, pipe, title, variant } from "valibot";
import { changeCounts, stepTimes } from "./history.ts";
import { bytes, count, group, list, orAbsent, text, time } from "./words.ts";

const run = { run: text("Id of the run, as in the journal"), started: time("Start of the run") };

const begin = object({
  event: pipe(literal("begin"), description("A run begins")),
  ...run,
  process: group("The process of the run: when it is gone, and there is no end, the run was cut off", {
    pid: count("Its id"),
    bootId: text("The boot of the kernel that it belongs to, see random(4)"),
    ticks: text("Its start in ticks since boot, see proc_pid_stat(5)"),
  }),
});

const step = object({
  event: pipe(literal("step"), description("It begins a step")),
  ...run,
  step: text("Name of the step"),
  stepStarted: time("Start of the step"),
});

const end = object({
  event: pipe(literal("end"), description("It has ended")),
  ...run,
  finished: time("End of the run"),
  exitCode: count("Its exit code, see bakup(1)"),
  source: text("What was backed up"),
  destination: text("Where to: a location of rsync"),
  steps: stepTimes,
  entries: orAbsent(count("Files, folders and links of the whole source")),
  files: orAbsent(count("Regular files of the whole source")),
  bytes: orAbsent(bytes("Size of the regular files of the whole source")),
  changes: orAbsent(changeCounts),
  snapshot: orAbsent(
    group("The snapshot that it made", { name: text("Its name"), state: text("complete, incomplete or suspect") }),
  ),
  removed: list("Names of the snapshots that rotation removed", text("Name of a snapshot")),
  warnings: count("How many warnings there were"),
  error: orAbsent(text("What went wrong")),
  hint: orAbsent(text("What to do about it")),
  log: list("The last lines of its log, oldest first", text("Time, level and message")),
});

export const historyLineSchema = pipe(
  variant("event", [begin, step, end]),
  title("a line of /var/lib/bakup/profiles/NAME/history.jsonl"),
  description("What is remembered of the runs of a profile, one JSON value a line."),
);

export type HistoryLineJson = InferOutput<typeof historyLineSchema>;
