import { description, type InferOutput, object, pipe, title, union } from "valibot";
import { choice, flag, list, orNull, storeFields, text, time } from "./words.ts";

/** What rotation does with one snapshot. */
export const decisionFields = {
  name: text("Name of the snapshot"),
  action: choice("keep: it stays. remove: it goes. ignore: it is left out of the rotation", [
    ...(["keep", "remove", "ignore"] as const),
  ]),
  reasons: list(
    "Why it stays; empty when it does not",
    choice("A frequency of the rotation scheme, or another reason", [
      ...(["minutely", "hourly", "daily", "weekly", "monthly", "yearly"] as const),
      ...(["newest", "pinned", "future", "incomplete", "suspect", "damaged"] as const),
    ]),
  ),
};

const decisions = list(
  "What becomes of each snapshot",
  object({ ...decisionFields, time: orNull(time("The instant that it stands for; null when its name says none")) }),
);

export const rotateSchema = pipe(
  union([
    object({
      ...storeFields,
      dryRun: flag("Whether nothing was removed, only planned"),
      held: orNull(text("Why nothing is removed for now; null when rotation may")),
      snapshots: decisions,
    }),
    pipe(object({ snapshots: decisions }), description("With --simulate, in the order of the input")),
  ]),
  title("bakup rotate --json"),
  description("What rotation removed, and why the rest stays."),
);

export type RotateJson = InferOutput<typeof rotateSchema>;
