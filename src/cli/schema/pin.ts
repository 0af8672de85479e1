import { description, type InferOutput, null_, pipe } from "valibot";
import { group, report, storeFields, text, time } from "./words.ts";

/** Why a snapshot is kept for ever. */
export const pin = group("Why it is kept for ever", {
  reason: text("Why, as a person said it"),
  since: time("When it was pinned"),
});

const fields = { ...storeFields, snapshot: text("Name of the snapshot") };

export const pinSchema = report("pin", "The snapshot that was pinned.", { ...fields, pin });
export const unpinSchema = report("unpin", "The snapshot that is pinned no longer.", {
  ...fields,
  pin: pipe(null_(), description("It has none any more")),
});

export type PinJson = InferOutput<typeof pinSchema> | InferOutput<typeof unpinSchema>;
