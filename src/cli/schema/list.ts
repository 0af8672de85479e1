import { type InferOutput, object } from "valibot";
import { refusal } from "./accept.ts";
import { pin } from "./pin.ts";
import { decisionFields } from "./rotate.ts";
import { bytes, choice, count, group, list, orNull, report, storeFields, text, time, wholeSeconds } from "./words.ts";

const snapshot = object({
  ...decisionFields,
  time: time("The instant that it stands for, the start of its run"),
  ageSeconds: wholeSeconds("Its age, below zero for one of the future"),
  state: choice("Its state, see bakup(1)", ["complete", "incomplete", "suspect", "damaged"]),
  origin: choice("Who made it", ["bakup", "rsync-system-backup", "adopted"]),
  bytes: orNull(bytes("Size of all that it holds")),
  entries: orNull(count("Files, folders and links that it holds")),
  pin: orNull(pin),
  verified: orNull(time("The oldest check that covers it")),
  damage: orNull(
    group("What a check has found", {
      found: time("When it was found"),
      count: count("How many things are wrong"),
      was: choice("What the snapshot was before, and is again when it is repaired", [
        ...(["complete", "incomplete", "suspect"] as const),
      ]),
    }),
  ),
});

export const listSchema = report("list", "The snapshots of one store.", {
  ...storeFields,
  mirror: text("Name of the mirror in the store"),
  snapshots: list("In the order of time, oldest first", snapshot),
  strays: list(
    "Folders that are named like a snapshot, and are none",
    object({ name: text("Name of the folder"), reason: text("Why it is no snapshot") }),
  ),
  held: orNull(text("Why rotation removes nothing for now; null when it may")),
  refused: orNull(refusal),
});

export type ListJson = InferOutput<typeof listSchema>;
