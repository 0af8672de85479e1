import { type InferOutput, object } from "valibot";
import { count, flag, list, report, text } from "./words.ts";

const complaint = object({
  file: text("The file"),
  line: count("The line, counted from 1; 0 for the file as a whole"),
  message: text("What is wrong, and what to write instead"),
});

export const checkSchema = report("check", "Whether the configuration is sound.", {
  ok: flag("Whether there are no mistakes"),
  profiles: list(
    "The profiles; empty when there are mistakes",
    object({
      name: text("Name of the profile"),
      id: text("Its id, the first argument of the callback"),
      file: text("The file that it stands in"),
      source: text("What is backed up"),
      destination: text("Where to: a location of rsync"),
    }),
  ),
  mistakes: list("What must be corrected", complaint),
  warnings: list("What should be looked at", complaint),
});

export type CheckJson = InferOutput<typeof checkSchema>;
