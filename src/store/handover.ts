import type { RotationScheme } from "../retention/scheme.ts";
import type { CommitRecord } from "./records.ts";

/** What a run that has filled a mirror on another machine tells the bakup there, which takes the snapshot and rotates. */
export interface Handover {
  /** Start of the run, ISO 8601 in UTC: the snapshot is named after it. */
  started: string;
  host: string;
  profile: string;
  source: string;
  /** Absent when nothing was transferred. */
  transferred?: HandoverTransfer;
  skipUnchanged: boolean;
  rotation: {
    scheme: RotationScheme;
    relaxed: boolean;
    preferRecent: boolean;
    include: readonly string[];
    exclude: readonly string[];
  };
}

export interface HandoverTransfer {
  entries: number;
  files: number;
  bytes: number;
  changes: NonNullable<CommitRecord["changes"]>;
  vanished: number;
  unreadable: number;
  unchanged: boolean;
}

/** What the bakup there has done. */
export interface HandoverReport {
  exitCode: number;
  record?: CommitRecord;
  removed: string[];
  warnings: number;
  error?: string;
  hint?: string;
}
