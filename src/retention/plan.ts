import { shellPattern } from "./pattern.ts";
import { FREQUENCIES, type Frequency, isKeepCount, type KeepCount, type RotationScheme } from "./scheme.ts";
import { slotOf, windowBefore } from "./slots.ts";
import { type SnapshotTime, timeOfInstant, timestampOf } from "./timestamp.ts";

type RotationState = "complete" | "incomplete" | "suspect" | "damaged";

export interface RotationSnapshot {
  name: string;
  /** Complete unless said otherwise. */
  state?: RotationState;
  /** Never removed. */
  pinned?: boolean;
  /** When it was made, in milliseconds since 1970; otherwise the name says so. */
  instant?: number;
}

export interface RotationRequest {
  snapshots: readonly RotationSnapshot[];
  scheme: RotationScheme;
  /** Counts only the slots that have a snapshot, instead of so many units before the newest one. */
  relaxed?: boolean;
  /** Keeps the newest of each slot, instead of the oldest. */
  preferRecent?: boolean;
  /** Shell patterns on the whole name; what they leave out is ignored, and `exclude` wins. */
  include?: readonly string[];
  exclude?: readonly string[];
  /** Milliseconds since 1970: snapshots later than this are "future". */
  now: number;
}

export type RotationReason = Frequency | "newest" | "pinned" | "future" | Exclude<RotationState, "complete">;

export interface RotationDecision {
  name: string;
  /** ISO 8601, UTC; null for a name without a time. */
  time: string | null;
  action: "keep" | "remove" | "ignore";
  /** Why it is kept, the frequencies first, smallest first; empty when it is not. */
  reasons: RotationReason[];
}

/**
 * Decides which snapshots stay, in the order of the input: the algorithm of rotate-backups, made safe. The newest
 * complete snapshot, pinned, suspect and future ones always stay. Incomplete ones that are newer than the newest complete
 * one rotate among themselves, the newest of them always stays; older ones only fill slots that complete ones leave free.
 *
 * @throws RangeError for a scheme that keeps nothing, or a count that is not a whole number above zero.
 */
export function planRotation(request: RotationRequest): RotationDecision[] {
  refuseBadScheme(request.scheme);
  const entries = request.snapshots.map((snapshot) => toEntry(snapshot, request.now));
  const isSelected = selection(request);
  const rotated = entries.filter(isRotatable).filter(({ snapshot }) => isSelected(snapshot.name));
  giveReasons(rotated.sort(byAge), request);
  const chosen = new Set<Entry>(rotated);
  return entries.map((entry) => toDecision(entry, chosen.has(entry)));
}

interface Entry {
  snapshot: RotationSnapshot;
  time: SnapshotTime | undefined;
  state: RotationState;
  isFuture: boolean;
  reasons: RotationReason[];
}

type Rotatable = Entry & { time: SnapshotTime };

function refuseBadScheme(scheme: RotationScheme): void {
  const counts = FREQUENCIES.flatMap((frequency) => scheme[frequency] ?? []);
  if (counts.length === 0) {
    throw new RangeError("a rotation scheme needs at least one frequency, or it would keep nothing");
  }
  const wrong = counts.find((count) => !isKeepCount(count));
  if (wrong !== undefined) {
    throw new RangeError(`${wrong} is not a number of snapshots to keep: a whole number above zero, or "always"`);
  }
}

function toEntry(snapshot: RotationSnapshot, now: number): Entry {
  const time = snapshot.instant === undefined ? timestampOf(snapshot.name) : timeOfInstant(snapshot.instant);
  const isFuture = time !== undefined && time.instant > now;
  return { snapshot, time, state: snapshot.state ?? "complete", isFuture, reasons: [] };
}

function isRotatable(entry: Entry): entry is Rotatable {
  return entry.time !== undefined;
}

function selection({ include = [], exclude = [] }: RotationRequest): (name: string) => boolean {
  const included = include.map(shellPattern);
  const excluded = exclude.map(shellPattern);
  return (name) =>
    !excluded.some((matches) => matches(name)) && (included.length === 0 || included.some((matches) => matches(name)));
}

/** Oldest first; names decide between equal times. */
function byAge(a: Rotatable, b: Rotatable): number {
  return (
    a.time.instant - b.time.instant ||
    Number(a.snapshot.name > b.snapshot.name) - Number(a.snapshot.name < b.snapshot.name)
  );
}

function giveReasons(entries: readonly Rotatable[], request: RotationRequest): void {
  const past = entries.filter((entry) => !entry.isFuture);
  const complete = past.filter((entry) => entry.state === "complete");
  const incomplete = past.filter(isPartial);
  const newest = complete.at(-1);
  const isLatest = (entry: Rotatable) => newest === undefined || byAge(entry, newest) > 0;
  giveSlots(
    complete,
    incomplete.filter((entry) => !isLatest(entry)),
    request,
  );
  newest?.reasons.push("newest");
  // What came after the newest complete one is the latest data there is: a series of its own, so that it takes nothing
  // from the complete ones and yet does not grow without end.
  const latest = incomplete.filter(isLatest);
  giveSlots(latest, [], request);
  const kept = latest.filter((entry) => entry.reasons.length > 0 || entry === latest.at(-1));
  for (const entry of entries) {
    const { snapshot, state, isFuture, reasons } = entry;
    reasons.push(...(snapshot.pinned ? (["pinned"] as const) : []), ...(isFuture ? (["future"] as const) : []));
    if (state !== "complete" && (state === "suspect" || (isPartial(entry) && (isFuture || kept.includes(entry))))) {
      reasons.push(state);
    }
  }
}

function isPartial({ state }: Entry): boolean {
  return state === "incomplete" || state === "damaged";
}

function giveSlots(first: readonly Rotatable[], fillers: readonly Rotatable[], request: RotationRequest): void {
  const reference = first.at(-1)?.time;
  if (reference === undefined) {
    return;
  }
  for (const frequency of FREQUENCIES) {
    for (const entry of fillSlots({ ...request, frequency, complete: first, incomplete: fillers, reference })) {
      entry.reasons.push(frequency);
    }
  }
}

interface SlotRequest extends RotationRequest {
  frequency: Frequency;
  /** Both oldest first. */
  complete: readonly Rotatable[];
  incomplete: readonly Rotatable[];
  reference: SnapshotTime;
}

/** The snapshots that hold a slot of one frequency: complete ones first, incomplete ones in what they leave free. */
function fillSlots(request: SlotRequest): Rotatable[] {
  const { frequency, scheme, relaxed = false, preferRecent = false, reference } = request;
  const count = scheme[frequency];
  if (count === undefined) {
    return [];
  }
  const inWindow = windowBefore(reference, frequency, relaxed ? "always" : count);
  const taken = onePerSlot(request.complete, frequency, preferRecent);
  const free = request.incomplete.filter((entry) => !taken.has(slotOf(frequency, entry.time)));
  const spare = onePerSlot(free, frequency, preferRecent);
  const holders = newestOf(
    [...taken.values()].filter((entry) => inWindow(entry.time)),
    count,
  );
  const fillers = [...spare.values()].filter((entry) => inWindow(entry.time));
  return [...holders, ...newestOf(fillers, count === "always" ? count : count - holders.length)];
}

function onePerSlot(entries: readonly Rotatable[], frequency: Frequency, preferRecent: boolean) {
  const slots = new Map<string | number, Rotatable>();
  for (const entry of entries) {
    const slot = slotOf(frequency, entry.time);
    if (preferRecent || !slots.has(slot)) {
      slots.set(slot, entry);
    }
  }
  return slots;
}

function newestOf(entries: readonly Rotatable[], count: KeepCount): Rotatable[] {
  return count === "always" ? [...entries] : [...entries].sort(byAge).slice(Math.max(0, entries.length - count));
}

function toDecision({ snapshot, time, reasons }: Entry, isRotated: boolean): RotationDecision {
  const action = isRotated ? (reasons.length > 0 ? "keep" : "remove") : "ignore";
  return {
    name: snapshot.name,
    time: time === undefined ? null : new Date(time.instant).toISOString(),
    action,
    reasons,
  };
}
