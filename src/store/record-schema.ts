import {
  array,
  boolean,
  check,
  integer,
  looseObject,
  minValue,
  nullable,
  number,
  optional,
  picklist,
  pipe,
  string,
} from "valibot";
import type { SnapshotState } from "./records.ts";

const text = optional(string());
const count = pipe(number(), integer(), minValue(0));
const time = pipe(
  string(),
  check((value) => !Number.isNaN(Date.parse(value))),
);

const states: readonly SnapshotState[] = ["complete", "incomplete", "suspect", "damaged"];

/**
 * What a commit record may hold. It lies on a disk that may be broken or somebody else's, so each field is checked;
 * fields that a later version adds are let through.
 */
export const RECORD_SCHEMA = looseObject({
  name: string(),
  state: picklist(states),
  started: time,
  finished: time,
  origin: optional(picklist(["run", "adopted"])),
  host: text,
  profile: text,
  source: text,
  backend: text,
  entries: optional(count),
  bytes: optional(count),
  changes: optional(looseObject({ created: count, changed: count, attributes: count, deleted: count, bytes: count })),
  vanished: optional(count),
  unreadable: optional(count),
  linkLimit: optional(count),
  pin: optional(looseObject({ reason: string(), since: time })),
  manifest: optional(looseObject({ sha256: string(), entries: count, ofMirror: boolean() })),
  verified: optional(
    looseObject({
      parts: array(nullable(time)),
      broken: optional(looseObject({ part: count, after: string() })),
    }),
  ),
  damage: optional(looseObject({ found: time, count, was: picklist(states.filter((state) => state !== "damaged")) })),
});
