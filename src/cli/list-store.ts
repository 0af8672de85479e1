import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import type { RotationDecision } from "../retention/plan.ts";
import { decideRotation, reasonToHold } from "../run/rotate.ts";
import { listSnapshots, type Snapshot } from "../store/list.ts";
import type { VerifiedParts } from "../store/records.ts";
import { readRefusal } from "../store/suspect-plan.ts";
import { oldest } from "../store/verify/parts.ts";
import { ageSeconds, formatAge } from "../units/age.ts";
import { formatBytes, formatCount } from "../units/size.ts";
import type { StoreReportOptions } from "./common-options.ts";
import { print, printJson, printNote } from "./output.ts";
import type { ListJson } from "./schema/list.ts";
import { formatTable, terminalWidth } from "./table.ts";
import { openTarget, type Target } from "./target.ts";

/** `bakup list`: reports the snapshots of one store. */
export async function listStore(profileName: string | undefined, options: StoreReportOptions): Promise<ExitCode> {
  const target = await openTarget(profileName, options);
  try {
    const now = Date.now();
    const listing = readListing(target, now);
    if (options.json) {
      printJson(toJson(target, listing, now));
    } else {
      printListing(target, listing, now);
    }
    return EXIT.done;
  } finally {
    target.store.close();
  }
}

type Decided = ReturnType<typeof decideRotation>[number];

interface StoreListing {
  decided: Decided[];
  strays: { name: string; reason: string }[];
  /** Why nothing is removed for now. */
  held: string | undefined;
  refusal: ReturnType<typeof readRefusal>;
}

function readListing({ store, rotation }: Target, now: number): StoreListing {
  const { snapshots, strays } = listSnapshots(store);
  const decided = decideRotation(snapshots, rotation, new Date(now));
  return { decided, strays, held: reasonToHold(snapshots), refusal: readRefusal(store) };
}

function printListing({ store, profile }: Target, { decided, strays, held, refusal }: StoreListing, now: number): void {
  if (decided.length === 0) {
    printNote(`no snapshots in ${store.path} yet`);
  } else {
    const header = ["SNAPSHOT", "STATE", "AGE", "SIZE", "ENTRIES", "CHECKED", "WHY IT IS KEPT"];
    const rows = decided.map((each) => rowOf(each, now));
    print(formatTable([header, ...rows], { width: terminalWidth(), right: [3, 4], optional: [4, 5, 3] }));
  }
  for (const { name, reason } of strays) {
    printNote(
      `note: "${name}" is no snapshot: ${reason}; after a look at it: bakup adopt --store ${store.path} ${name}`,
    );
  }
  if (held !== undefined) {
    printNote(`note: rotation removes nothing for now: ${held}`);
  } else if (profile?.rotation.enabled === false) {
    printNote("note: runs of this profile remove nothing ([rotation] enabled = no); bakup rotate does");
  }
  if (refusal !== undefined && refusal.accepted === undefined) {
    printNote(
      `note: the last run was refused: ${refusal.reason}; if this is right: bakup accept --store ${store.path}`,
    );
  }
}

function rowOf({ snapshot, decision }: Decided, now: number): string[] {
  const { name, state, instant, record } = snapshot;
  return [
    name,
    state,
    formatAge(instant, now),
    record?.bytes === undefined ? "-" : formatBytes(record.bytes),
    record?.entries === undefined ? "-" : formatCount(record.entries),
    whenChecked(record?.verified, now),
    whyKept(decision, snapshot),
  ];
}

/** How long ago all of a snapshot was found sound; what was read in parts counts from the oldest of them. Pure. */
function whenChecked(verified: VerifiedParts | undefined, now: number): string {
  const parts = verified?.parts ?? [];
  const whole = oldest(parts);
  if (whole !== null) {
    return formatAge(Date.parse(whole), now);
  }
  const done = parts.filter((time) => time !== null).length;
  return done === 0 ? "never" : `${done} of ${parts.length} parts`;
}

/** Why a snapshot stays, or that it does not. Pure. */
export function whyKept({ action, reasons }: RotationDecision, { record }: Pick<Snapshot, "record">): string {
  if (action === "remove") {
    return "goes at the next rotation";
  }
  const because = reasons.map((reason) => (reason === "pinned" ? `pinned: ${record?.pin?.reason ?? ""}` : reason));
  const excluded = action === "ignore" ? ["left out of the rotation"] : [];
  return [...excluded, ...because].join(", ");
}

function toJson({ store, profile }: Target, { decided, strays, held, refusal }: StoreListing, now: number): ListJson {
  return {
    profile: profile?.name ?? null,
    store: store.path,
    mirror: store.mirror,
    snapshots: decided.map(({ snapshot, decision }) => ({
      name: snapshot.name,
      time: new Date(snapshot.instant).toISOString(),
      ageSeconds: ageSeconds(snapshot.instant, now),
      state: snapshot.state,
      origin: snapshot.origin,
      bytes: snapshot.record?.bytes ?? null,
      entries: snapshot.record?.entries ?? null,
      action: decision.action,
      reasons: decision.reasons,
      pin: snapshot.record?.pin ?? null,
      verified: oldest(snapshot.record?.verified?.parts ?? []),
      damage: snapshot.record?.damage ?? null,
    })),
    strays,
    held: held ?? null,
    refused: refusal ?? null,
  };
}
