import { type InferOutput, object } from "valibot";
import { damage } from "./verify.ts";
import { flag, list, pathFields, report, storeFields, text } from "./words.ts";

const place = {
  snapshot: text("Name of the snapshot; mirror and source stand for themselves"),
  ...pathFields("The path"),
};

export const repairSchema = report("repair", "What can be healed from good copies, and whether it was.", {
  ...storeFields,
  applied: flag("Whether it was done"),
  healed: list(
    "Files that were healed or, unless applied, can be",
    object({
      ...pathFields("The path from the top of the snapshots"),
      places: list("All places where the file is replaced", object(place)),
      donor: object(place),
    }),
  ),
  failed: list(
    "Files that could not be healed",
    object({ ...pathFields("The path from the top of the snapshots"), error: text("Why not") }),
  ),
  left: list(
    "What there is no good copy of, or is left to people",
    object({ snapshot: text("Name of the snapshot"), damage }),
  ),
});

export type RepairJson = InferOutput<typeof repairSchema>;
