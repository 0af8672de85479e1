import { type InferOutput, object } from "valibot";
import { choice, flag, list, report, storeFields, text, time } from "./words.ts";

export const adoptSchema = report("adopt", "Snapshots of other programs that became snapshots of the store.", {
  ...storeFields,
  applied: flag("Whether it was done"),
  adopted: list(
    "What was taken over or, unless applied, would be",
    object({
      from: text("The folder that was a snapshot of another program"),
      name: text("Name of the snapshot that it becomes"),
      time: time("The instant that it stands for"),
      state: choice("Its state", ["complete", "incomplete"]),
      kind: choice("Who made it", ["bakup", "rsync-system-backup", "rsnapshot", "back-in-time"]),
    }),
  ),
  skipped: list("Folders that are left alone", object({ from: text("The folder"), reason: text("Why") })),
  mirrorMade: flag("Whether the mirror was made from the newest of them"),
});

export type AdoptJson = InferOutput<typeof adoptSchema>;
