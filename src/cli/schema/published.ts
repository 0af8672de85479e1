import type { GenericSchema } from "valibot";
import { acceptSchema } from "./accept.ts";
import { adoptSchema } from "./adopt.ts";
import { checkSchema } from "./check.ts";
import { diffSchema } from "./diff.ts";
import { doctorSchema } from "./doctor.ts";
import { dueSchema } from "./due.ts";
import { findSchema } from "./find.ts";
import { historySchema } from "./history.ts";
import { historyLineSchema } from "./history-line.ts";
import { listSchema } from "./list.ts";
import { locateSchema } from "./locate.ts";
import { pinSchema, unpinSchema } from "./pin.ts";
import { repairSchema } from "./repair.ts";
import { restoreSchema } from "./restore.ts";
import { rotateSchema } from "./rotate.ts";
import { statusSchema } from "./status.ts";
import { verifySchema } from "./verify.ts";
import { watchSchema } from "./watch.ts";

/** What each command prints with --json, and what the lines of a history are: published as etc/schema/NAME.json. */
export const PUBLISHED: Readonly<Record<string, GenericSchema>> = {
  accept: acceptSchema,
  adopt: adoptSchema,
  check: checkSchema,
  diff: diffSchema,
  doctor: doctorSchema,
  due: dueSchema,
  find: findSchema,
  history: historySchema,
  "history-line": historyLineSchema,
  list: listSchema,
  locate: locateSchema,
  pin: pinSchema,
  repair: repairSchema,
  restore: restoreSchema,
  rotate: rotateSchema,
  status: statusSchema,
  unpin: unpinSchema,
  verify: verifySchema,
  watch: watchSchema,
};
