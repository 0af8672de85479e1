const DAY_MS = 86_400_000;

/** How a clock stands. */
export interface ClockReading {
  /** Since 1970. */
  nowMs: number;
  /** Since the machine was started, sleep included. */
  uptimeMs: number;
  /** Of this start of the machine. */
  bootId: string;
}

/** How it stood before. */
export interface ClockMemory {
  bootId: string;
  /** When the machine was started by what the clock said at the beginning of the last run; since 1970. */
  bootedMs: number;
  /** The end of the last run by the clock and since the start of the machine. */
  seenMs: number;
  uptimeMs: number;
}

/** That the clock was set by more than a day. */
export interface ClockJump {
  /** By the new clock. */
  noticedMs: number;
  /** Below zero when it was set back. */
  bySeconds: number;
  /** There was no backup since. */
  owesBackup: boolean;
}

export interface ClockFacts {
  reading: ClockReading;
  memory: ClockMemory | undefined;
  /** Start of the newest backup that this machine knows. */
  lastStartMs: number | undefined;
  /** A jump that is known already. */
  jump: ClockJump | undefined;
}

/**
 * Was the clock set by more than a day? While the machine runs, it shows in when it seems to have been started. Across
 * a restart, and in a backup's date, only a clock that was set back shows: after the other way, time may have passed.
 * @returns the jump that still matters, which owes a backup or is not a day old, and whether it is news.
 */
export function judgeClock(facts: ClockFacts): { jump?: ClockJump; isNew: boolean } {
  const { reading, jump } = facts;
  const by = setBetween(facts) ?? (jump?.owesBackup === true ? undefined : setSinceBackup(facts));
  if (by !== undefined) {
    return { jump: { noticedMs: reading.nowMs, bySeconds: Math.round(by / 1000), owesBackup: true }, isNew: true };
  }
  return jump !== undefined && (jump.owesBackup || isRotationHeld(jump, reading.nowMs))
    ? { jump, isNew: false }
    : { isNew: false };
}

/**
 * The end of the day in which nothing is rotated, in ms since 1970: until then somebody can see that the clock is wrong.
 */
export function heldUntil({ noticedMs }: ClockJump): number {
  return noticedMs + DAY_MS;
}

/** When the machine was started, by what the clock says now. */
export function bootedMs({ nowMs, uptimeMs }: ClockReading): number {
  return nowMs - uptimeMs;
}

/** What is to be remembered of how the clock stands. */
export function memoryOf(reading: ClockReading): ClockMemory {
  const { bootId, uptimeMs, nowMs } = reading;
  return { bootId, bootedMs: bootedMs(reading), seenMs: nowMs, uptimeMs };
}

export function isRotationHeld(jump: ClockJump, nowMs: number): boolean {
  return nowMs < heldUntil(jump);
}

function setBetween({ reading, memory }: ClockFacts): number | undefined {
  if (memory === undefined) {
    return undefined;
  }
  // A container has its host's boot id, and may have a time of its own since its start.
  if (memory.bootId === reading.bootId && memory.uptimeMs <= reading.uptimeMs) {
    return moreThanADay(bootedMs(reading) - memory.bootedMs);
  }
  return moreThanADay(Math.min(0, reading.nowMs - memory.seenMs));
}

function setSinceBackup({ reading, lastStartMs = 0 }: ClockFacts): number | undefined {
  return moreThanADay(Math.min(0, reading.nowMs - lastStartMs));
}

function moreThanADay(ms: number): number | undefined {
  return Math.abs(ms) > DAY_MS ? ms : undefined;
}
