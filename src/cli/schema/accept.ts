import type { InferOutput } from "valibot";
import { count, flag, group, orAbsent, orNull, report, storeFields, text, time } from "./words.ts";

/** A plan that was too much for a run. */
export const refusal = group("A run that was refused, and what it would have done", {
  when: time("When that was"),
  reason: text("Why it was refused"),
  deleted: count("Files, folders and links that it would have deleted"),
  changed: count("Those that it would have rewritten"),
  before: count("Those that there were before"),
  accepted: orAbsent(time("When a person accepted it; absent until then")),
});

export const acceptSchema = report("accept", "What was accepted.", {
  ...storeFields,
  accepted: group("What was accepted", {
    store: flag("Whether another store than before is the right one from now on"),
    refusal: orNull(refusal),
    snapshot: orNull(text("Name of a suspect snapshot that counts as complete from now on")),
    index: orNull(
      group("The index of the source that had missed changes, and is used again", {
        when: time("When that was noticed"),
        missed: count("How many changes it had missed"),
        example: text("One of them"),
      }),
    ),
  }),
});

export type AcceptJson = InferOutput<typeof acceptSchema>;
