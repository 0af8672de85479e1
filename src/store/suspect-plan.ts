import { unlinkSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { readJson, writeJson } from "./files.ts";
import { ensureIdentity } from "./identity.ts";
import { inStore, METADATA, type Store, syncFolder } from "./layout.ts";

/** A plan that the guard refused: kept, so that a person can look at it and let it pass. */
export interface Refusal {
  /** ISO 8601 in UTC. */
  when: string;
  reason: string;
  /** Entries that would have been deleted, and rewritten, of how many. */
  deleted: number;
  changed: number;
  before: number;
  /** When a person accepted it, ISO 8601 in UTC. */
  accepted?: string;
}

const REFUSED = "refused.json";
/** An accepted refusal allows a plan that is so much larger, in percent: the source goes on living. */
const TOLERANCE_PERCENT = 10;

/** Notes a refused plan, in place of an earlier one and its acceptance. @throws StoreError */
export function writeRefusal(store: Store, refusal: Refusal): void {
  ensureIdentity(store);
  writeJson(refusalPath(store), refusal);
}

/** The last refused plan; undefined when there is none. @throws StoreError when the note is damaged. */
export function readRefusal(store: Store): Refusal | undefined {
  const json = readJson(refusalPath(store));
  return json === undefined ? undefined : checkRefusal(json, store.path);
}

/** The refused plan that a JSON object says; `where` is the store, for people. @throws StoreError */
export function checkRefusal(json: Record<string, unknown>, where: string): Refusal {
  const { when, reason, deleted, changed, before, accepted } = json;
  const counts = [deleted, changed, before];
  const texts = [when, reason, accepted ?? ""];
  if (!counts.every((count) => Number.isInteger(count)) || !texts.every((text) => typeof text === "string")) {
    throw new StoreError(`the note of a refused run in ${where} is damaged (${METADATA}/${REFUSED})`, {
      hint: "remove it: the next run judges its plan anew",
    });
  }
  return json as unknown as Refusal;
}

/** Lets the plan that was refused pass at the next run. @throws StoreError when none was refused. */
export function acceptRefusal(store: Store, now: Date): Refusal {
  const refusal = readRefusal(store);
  if (refusal === undefined) {
    throw new StoreError(`no run was refused in ${store.path}`, { hint: "there is nothing to accept" });
  }
  const accepted = { ...refusal, accepted: now.toISOString() };
  writeJson(refusalPath(store), accepted);
  return accepted;
}

/** Forgets the refused plan: a run went through. */
export function clearRefusal(store: Store): void {
  try {
    unlinkSync(refusalPath(store));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") {
      return;
    }
    throw new StoreError(`cannot remove ${METADATA}/${REFUSED} in ${store.path}: ${errnoOf(error)}`, { cause: error });
  }
  syncFolder(inStore(store, METADATA));
}

/** Whether a plan is what a person accepted, or little more. Pure. */
export function isAccepted(refusal: Refusal | undefined, plan: { deleted: number; changed: number }): boolean {
  if (refusal?.accepted === undefined) {
    return false;
  }
  const allows = (refused: number, planned: number) => planned * 100 <= refused * (100 + TOLERANCE_PERCENT);
  return allows(refusal.deleted, plan.deleted) && allows(refusal.changed, plan.changed);
}

function refusalPath(store: Store): string {
  return inStore(store, METADATA, REFUSED);
}
