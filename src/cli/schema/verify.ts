import { description, type InferOutput, object, pipe, title, union } from "valibot";
import { DAMAGE_KINDS, type DamageKind } from "../../store/verify/damage.ts";
import { bytes, choice, count, flag, group, list, orNull, pathFields, problems, storeFields, text } from "./words.ts";

/** Something that is not what it was. */
export const damage = object({
  ...pathFields("The path from the top of the snapshot; empty for the snapshot itself"),
  kind: choice("What is wrong, see bakup(1)", Object.keys(DAMAGE_KINDS) as DamageKind[]),
  detail: orNull(text("What it was, and what it is")),
});

const ofSnapshots = pipe(
  object({
    ...storeFields,
    part: group("The part of the files whose contents were read", {
      index: count("Which part, counted from 1"),
      of: count("Of how many"),
    }),
    filesRead: count("Files that were read"),
    bytesRead: bytes("What was read"),
    left: list("Names of the snapshots that the limit left for next time", text("Name of a snapshot")),
    checked: list(
      "The snapshots that were checked",
      object({
        snapshot: text("Name of the snapshot"),
        result: choice(
          "recorded: it had no manifest, and has one now. unfinished: sound as far as the limit let it be read. " +
            "gone: it was removed meanwhile. failed: it could not be checked",
          ["sound", "damaged", "recorded", "unfinished", "gone", "failed"],
        ),
        entries: count("Files, folders and links that it holds"),
        damage: list("What is wrong, sorted by path", damage),
        error: orNull(text("Why it could not be checked")),
      }),
    ),
  }),
  description("Without --source and --restore-test"),
);

const ofSource = pipe(
  object({
    ...storeFields,
    snapshot: text("Name of the snapshot that the source was compared with"),
    source: text("The source"),
    compared: count("Files that were compared"),
    changedSince: count("Files that were changed since the backup, and not compared"),
    unfinished: flag("Whether a limit ended the comparison"),
    different: list(
      "Files whose size and time are those of the backup, and whose contents are not",
      object(pathFields("The path from the top of the source")),
    ),
    unreadable: problems("Files of the source that could not be read"),
  }),
  description("With --source"),
);

const ofRestore = pipe(
  object({
    ...storeFields,
    snapshot: text("Name of the snapshot that was restored from"),
    folder: text("The folder in which a new one was made for it"),
    files: count("Files and links that were restored"),
    bytes: bytes("What was restored"),
    damage: list("What did not come back as it was", damage),
    problems: problems("What could not be restored"),
  }),
  description("With --restore-test"),
);

export const verifySchema = pipe(
  union([ofSnapshots, ofSource, ofRestore]),
  title("bakup verify --json"),
  description("Whether snapshots are still what they were."),
);

export type DamageJson = InferOutput<typeof damage>;
export type SnapshotsCheckJson = InferOutput<typeof ofSnapshots>;
export type SourceCheckJson = InferOutput<typeof ofSource>;
export type RestoreTestJson = InferOutput<typeof ofRestore>;
