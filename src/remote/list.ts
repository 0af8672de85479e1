import { describeError } from "../errors/describe.ts";
import type { Listing } from "../store/list.ts";
import { parseSnapshotName } from "../store/names.ts";
import { type CommitRecord, checkRecord } from "../store/records.ts";
import { posix, runScript } from "./far-shell.ts";
import type { FarStore } from "./far-store.ts";

/** Two programs for any number of snapshots: one prints the folders' names, the other all records, line by line. */
const LIST = posix`
cd -- "$1" || fail "the store $1 is gone"
say folders "$(find . ! -name . -prune -type d -name '[0-9][0-9][0-9][0-9]-*' -print)"
if [ -d .bakup ]; then say records "$(find .bakup ! -name .bakup -prune -name '[0-9]*.json' -exec grep -a '' /dev/null {} +)"; fi`;

const RECORD_LINE = /^\.bakup\/(.+?)\.json:(.*)$/;

/** The snapshots of a store on another machine, by the rules of `listSnapshots`. Changes nothing. */
export async function listFarSnapshots(store: Pick<FarStore, "shell" | "path" | "where">): Promise<Listing> {
  const answer = await runScript(store.shell, LIST, { args: [store.path] });
  const records = collectRecords(answer.get("records") ?? "");
  const listing: Listing = { snapshots: [], strays: [] };
  for (const line of (answer.get("folders") ?? "").split("\n")) {
    const name = line.replace(/^\.\//, "");
    const parsed = parseSnapshotName(name);
    if (parsed === undefined) {
      continue;
    }
    const { origin, instant } = parsed;
    const text = records.get(name);
    if (text === undefined) {
      if (origin === "bakup") {
        listing.strays.push({ name, reason: "it has no record" });
      } else {
        listing.snapshots.push({ name, instant, state: "complete", origin });
      }
      continue;
    }
    try {
      const record = readRecord(text, name, store.where);
      const known = record.origin === "adopted" ? "adopted" : origin;
      listing.snapshots.push({ name, instant, state: record.state, origin: known, record });
    } catch (error) {
      listing.strays.push({ name, reason: describeError(error) });
    }
  }
  listing.snapshots.sort((a, b) => a.instant - b.instant || (a.name < b.name ? -1 : 1));
  return listing;
}

function collectRecords(output: string): Map<string, string> {
  const records = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [, name, text] = RECORD_LINE.exec(line) ?? [];
    if (name !== undefined) {
      records.set(name, `${records.get(name) ?? ""}${text}\n`);
    }
  }
  return records;
}

function readRecord(text: string, name: string, where: string): CommitRecord {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, "latin1").toString());
  } catch {
    json = undefined;
  }
  return checkRecord((json ?? {}) as Record<string, unknown>, name, where);
}
