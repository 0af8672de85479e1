import { readFileSync } from "node:fs";
import { checkFile } from "../../config/check.ts";
import { type Complaint, formatComplaint, sortComplaints } from "../../config/complaint.ts";
import { scan } from "../../config/scan.ts";
import { describeError, errnoOf } from "../../errors/describe.ts";
import { buildPool } from "./build.ts";
import { findPoolContradictions } from "./contradictions.ts";
import type { PoolConfig } from "./model.ts";
import { readSections } from "./read-sections.ts";
import { POOL_TABLE } from "./sections.ts";

export const DEFAULT_POOL_FILE = "/etc/bakup/pool.conf";

export type PoolLoad = { ok: true; config: PoolConfig } | { ok: false; complaints: string[] };

/** Reads pool.conf(5). All mistakes are reported at once, each as `file:line: message`. */
export function loadPool(file: string): PoolLoad {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const reason = errnoOf(error) === "ENOENT" ? "there is no such file" : describeError(error);
    return { ok: false, complaints: [`${file}: ${reason}; name another with --config, or see bakup-pool.conf(5)`] };
  }
  return parsePool(file, bytes);
}

/** The same for a text that is not in a file yet. Pure. */
export function parsePool(file: string, bytes: Uint8Array): PoolLoad {
  const checked = checkFile(scan(file, bytes), POOL_TABLE);
  const { sections, complaints } = readSections(checked);
  const all: Complaint[] = [...checked.complaints, ...complaints, ...findPoolContradictions(file, sections)];
  return all.length > 0
    ? { ok: false, complaints: sortComplaints(all).map(formatComplaint) }
    : { ok: true, config: buildPool(file, sections) };
}
