import type { CommitRecord, SnapshotState } from "./records.ts";

type Fields = Readonly<Record<string, unknown>>;

const STATES: readonly unknown[] = ["complete", "incomplete", "suspect", "damaged"] satisfies SnapshotState[];

/**
 * Whether something is a commit record. It lies on a disk that may be broken or somebody else's, so each field is
 * checked; fields that a later version adds are let through. By hand, unlike the configuration, because a list checks
 * thousands of them.
 */
export function isCommitRecord(record: Fields): record is Fields & CommitRecord {
  return (
    isText(record.name) &&
    STATES.includes(record.state) &&
    isTime(record.started) &&
    isTime(record.finished) &&
    (isAbsent(record.origin) || record.origin === "run" || record.origin === "adopted") &&
    (isAbsent(record.host) || isText(record.host)) &&
    (isAbsent(record.profile) || isText(record.profile)) &&
    (isAbsent(record.source) || isText(record.source)) &&
    (isAbsent(record.backend) || isText(record.backend)) &&
    (isAbsent(record.entries) || isCount(record.entries)) &&
    (isAbsent(record.bytes) || isCount(record.bytes)) &&
    (isAbsent(record.changes) || (isObject(record.changes) && isChanges(record.changes))) &&
    (isAbsent(record.vanished) || isCount(record.vanished)) &&
    (isAbsent(record.unreadable) || isCount(record.unreadable)) &&
    (isAbsent(record.linkLimit) || isCount(record.linkLimit)) &&
    (isAbsent(record.pin) || (isObject(record.pin) && isPin(record.pin))) &&
    (isAbsent(record.manifest) || (isObject(record.manifest) && isSeal(record.manifest))) &&
    (isAbsent(record.verified) || (isObject(record.verified) && isVerified(record.verified))) &&
    (isAbsent(record.damage) || (isObject(record.damage) && isDamage(record.damage))) &&
    (isAbsent(record.restoreTest) || (isObject(record.restoreTest) && isRestoreTest(record.restoreTest)))
  );
}

function isChanges({ created, changed, attributes, deleted, bytes }: Fields): boolean {
  return isCount(created) && isCount(changed) && isCount(attributes) && isCount(deleted) && isCount(bytes);
}

function isPin({ reason, since }: Fields): boolean {
  return isText(reason) && isTime(since);
}

function isSeal({ sha256, entries, ofMirror }: Fields): boolean {
  return isText(sha256) && isCount(entries) && typeof ofMirror === "boolean";
}

function isVerified({ parts, broken }: Fields): boolean {
  return (
    Array.isArray(parts) &&
    parts.every((part) => part === null || isTime(part)) &&
    (isAbsent(broken) || (isObject(broken) && isCount(broken.part) && isText(broken.after)))
  );
}

function isDamage({ found, count, was }: Fields): boolean {
  return isTime(found) && isCount(count) && was !== "damaged" && STATES.includes(was);
}

function isRestoreTest({ when, files }: Fields): boolean {
  return isTime(when) && isCount(files);
}

function isAbsent(value: unknown): value is undefined {
  return value === undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0;
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}
