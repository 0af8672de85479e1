import { type InferOutput, object } from "valibot";
import { bytes, choice, count, list, pathFields, report, storeFields, text, time } from "./words.ts";

const version = object({
  first: text("Name of the oldest snapshot that has this version"),
  last: text("Name of the newest one"),
  count: count("How many snapshots have it"),
  type: choice("What it is", [
    ...(["file", "folder", "link", "fifo", "socket", "block device", "character device"] as const),
  ]),
  size: bytes("Its size, 0 for a folder"),
  mtime: time("When its contents were changed last"),
  mode: text("Its permissions, in octal"),
  uid: count("Id of its owner"),
  gid: count("Id of its group"),
});

export const findSchema = report("find", "The versions of files over time.", {
  ...storeFields,
  pattern: text("What was looked for"),
  found: list(
    "Sorted by path",
    object({ ...pathFields("The path from the top of the snapshots"), versions: list("Newest first", version) }),
  ),
  problems: list(
    "Folders that could not be searched",
    object({ snapshot: text("Name of the snapshot"), reason: text("Why not") }),
  ),
});

export type FindJson = InferOutput<typeof findSchema>;
