import { type InferOutput, object } from "valibot";
import { bytes, choice, count, flag, list, orNull, pathFields, problems, report, storeFields, text } from "./words.ts";

const differing = object({
  ...pathFields("The path, relative to the target"),
  why: choice("In what they differ; parent: something else than a folder is in the place of a folder above", [
    ...(["content", "attributes", "links", "type", "parent"] as const),
  ]),
});

const directory = flag("Whether it is a folder");

export const restoreSchema = report("restore", "What a restore does, and whether it was done.", {
  ...storeFields,
  snapshot: text("Name of the snapshot that is restored from"),
  target: text("The folder that is restored into"),
  applied: flag("Whether the plan was carried out"),
  create: list(
    "What is new in the target",
    object({
      ...pathFields("The path, relative to the target"),
      directory,
      bytes: bytes("Size of a file; 0 for all else"),
    }),
  ),
  overwrite: list("What exists, differs and is replaced", differing),
  delete: list("What is taken away", object({ ...pathFields("The path, relative to the target"), directory })),
  conflict: list("What exists, differs and is left as it is", differing),
  unchanged: count("How many paths are as they should be already"),
  bytes: bytes("All that is to be copied"),
  replaced: orNull(text("The folder that holds what was replaced or taken away; null when nothing was")),
  problems: problems("What could not be restored"),
});

export type RestoreJson = InferOutput<typeof restoreSchema>;
