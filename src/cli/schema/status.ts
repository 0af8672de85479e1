import { type InferOutput, object } from "valibot";
import {
  bytes,
  choice,
  count,
  flag,
  group,
  list,
  measure,
  orAbsent,
  orNull,
  report,
  text,
  time,
  wholeSeconds,
} from "./words.ts";

const progress = group("How far the transfer is; absent in other steps", {
  bytes: bytes("What was copied so far"),
  files: count("Files that were copied so far"),
  totalBytes: orAbsent(bytes("All that is to be copied; absent while that is not known")),
  totalFiles: orAbsent(count("All files that are to be copied; absent while that is not known")),
  bytesPerSecond: measure("Speed of the transfer so far, in bytes per second"),
  secondsLeft: orAbsent(measure("How long it will go on at this speed, in seconds")),
});

const running = group("The run that works now", {
  run: text("Id of the run, as in the history and the journal"),
  profile: text("Name of the profile"),
  started: time("Start of the run"),
  step: text("The step that it is at"),
  stepStarted: time("Start of the step"),
  progress: orAbsent(progress),
});

const profile = object({
  profile: text("Name of the profile"),
  source: text("What is backed up"),
  destination: text("Where to: a location of rsync"),
  lastRun: orNull(
    group("The newest run that has ended", {
      started: time("Its start"),
      finished: time("Its end"),
      exitCode: count("Its exit code, see bakup(1)"),
      error: orNull(text("What went wrong")),
      snapshot: orNull(text("Name of the snapshot that it made")),
    }),
  ),
  interrupted: orNull(
    group("The newest run, when it was cut off: by a power cut, or killed", {
      run: text("Id of the run"),
      started: time("Its start"),
      step: orNull(text("The last step that it began")),
      stepStarted: orNull(time("Start of that step")),
    }),
  ),
  lastSuccess: orNull(
    group("The newest run that made a backup, complete or not: the schedule counts from its start", {
      started: time("Its start"),
      snapshot: orNull(text("Name of the snapshot that it made")),
    }),
  ),
  lastSkip: orNull(
    group("The newest time that a run was skipped", {
      when: time("When that was"),
      reason: text("Why"),
      condition: orNull(
        choice("What made a run wait that was due; null when it was not due, or a callback cancelled it", [
          ...(["battery", "metered", "network", "disk"] as const),
        ]),
      ),
    }),
  ),
  running: orNull(running),
  snapshots: orNull(count("How many snapshots there are; null when the store is not here")),
  lastComplete: orNull(
    group("The newest complete snapshot", {
      name: text("Its name"),
      time: time("The instant that it stands for"),
      ageSeconds: wholeSeconds("Its age, below zero for one of the future"),
    }),
  ),
  next: orNull(
    group("When the next run is due; null when the schedule is broken", {
      due: orNull(flag("May it begin now? Null where a timer script decides")),
      reason: text("Why"),
      next: orNull(time("When it is due")),
      waits: orNull(text("What makes a timed run wait now although it is due")),
    }),
  ),
  trouble: list(
    "What is wrong; empty when all is well",
    object({
      kind: choice("Which kind of trouble it is", [
        ...["last-run-failed", "last-run-incomplete", "last-run-interrupted", "never-run", "no-history"],
        ...["no-store", "other-store", "refused-plan", "suspect-snapshot", "damaged-snapshot"],
        ...["no-complete-snapshot", "overdue", "schedule", "clock"],
      ] as const),
      text: text("What is wrong, for people"),
      hint: orNull(text("What to do about it")),
    }),
  ),
});

export const statusSchema = report("status", "How each profile fares.", {
  profiles: list("One entry for each profile that was asked about", profile),
});

export type StatusJson = InferOutput<typeof statusSchema>;
