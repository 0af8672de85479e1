import { description, type InferOutput, literal, object, pipe, variant } from "valibot";
import { bytes, choice, count, group, list, measure, orNull, report, text, time } from "./words.ts";

/** Of the entries of a transfer. */
export const changeCounts = group("What the transfer changed; null when the run did not get so far", {
  created: count("New files, folders and links"),
  changed: count("Files whose contents changed"),
  attributes: count("What changed in mode, owner, times or the like only"),
  deleted: count("What was deleted"),
  bytes: bytes("What was copied"),
});

export const stepTimes = list(
  "The steps in their order",
  object({ step: text("Name of the step"), seconds: measure("How long it took, in seconds") }),
);

const endedRun = object({
  run: text("Id of the run, as in the journal"),
  state: pipe(literal("ended"), description("It has ended")),
  started: time("Its start"),
  finished: time("Its end"),
  exitCode: count("Its exit code, see bakup(1)"),
  source: text("What was backed up"),
  destination: text("Where to: a location of rsync"),
  entries: orNull(count("Files, folders and links of the whole source")),
  files: orNull(count("Regular files of the whole source")),
  bytes: orNull(bytes("Size of the regular files of the whole source")),
  changes: orNull(changeCounts),
  bytesPerSecond: orNull(measure("Speed of the transfer, in bytes per second; null when nothing was copied")),
  snapshot: orNull(
    group("The snapshot that it made", {
      name: text("Its name"),
      state: text("complete, incomplete or suspect"),
    }),
  ),
  removed: list("Names of the snapshots that rotation removed", text("Name of a snapshot")),
  warnings: count("How many warnings there were"),
  error: orNull(text("What went wrong")),
  hint: orNull(text("What to do about it")),
  steps: stepTimes,
  log: list("The last lines of its log, oldest first", text("Time, level and message")),
});

const openRun = object({
  run: text("Id of the run, as in the journal"),
  state: choice("It still works, or was cut off: by a power cut, or killed", ["running", "interrupted"]),
  started: time("Its start"),
  step: orNull(text("The last step that it began")),
  stepStarted: orNull(time("Start of that step")),
});

export const historySchema = report("history", "What the runs of each profile came to.", {
  profiles: list(
    "One entry for each profile that was asked about",
    object({
      profile: text("Name of the profile"),
      runs: list("Oldest first", variant("state", [endedRun, openRun])),
    }),
  ),
});

export type HistoryJson = InferOutput<typeof historySchema>;
export type RunJson = HistoryJson["profiles"][number]["runs"][number];
