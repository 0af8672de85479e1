import { type InferOutput, object } from "valibot";
import { bytes, choice, count, flag, group, list, pathFields, problems, report, storeFields, text } from "./words.ts";

const KINDS = ["created", "deleted", "content", "attributes", "type"] as const;

export const diffSchema = report("diff", "What changed between two snapshots, or since one.", {
  ...storeFields,
  from: text("Name of the older snapshot"),
  to: text("Name of the newer snapshot, or of the mirror"),
  counts: group("How many entries there are of each kind", {
    created: count("What is new"),
    deleted: count("What is gone"),
    content: count("Files whose contents changed"),
    attributes: count("What changed in mode, owner, times, links or the like only"),
    type: count("What became something else: a folder where a file was, and the like"),
  }),
  entries: list(
    "Sorted by path",
    object({
      ...pathFields("The path from the top of the snapshots; the top itself is ."),
      kind: choice("What happened to it", KINDS),
      code: text("The item letters of rsync(1); *deleting for what is gone"),
      directory: flag("Whether it is a folder"),
      bytes: bytes("Size of a file in the newer one; 0 for all else"),
    }),
  ),
  problems: problems("What could not be compared"),
});

export type DiffJson = InferOutput<typeof diffSchema>;
