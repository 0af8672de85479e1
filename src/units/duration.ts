const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Reads "90", "90s", "5m", "2h", "1d", "1w" as seconds; undefined when it is none of these or not above zero. */
export function parseDurationSeconds(text: string): number | undefined {
  const match = /^(\d+)([smhdw]?)$/.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const unit = (match[2] || "s") as keyof typeof SECONDS_PER_UNIT;
  const seconds = Number(match[1]) * SECONDS_PER_UNIT[unit];
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : undefined;
}

const STEPS: readonly [seconds: number, name: string][] = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** For people: the two largest units that matter, as in "2 hours 5 minutes" or "1.4 seconds". */
export function formatDuration(seconds: number): string {
  if (seconds < 10) {
    const rounded = Math.round(seconds * 10) / 10;
    return `${rounded} second${rounded === 1 ? "" : "s"}`;
  }
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [length, name] of STEPS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) {
      parts.push(`${count} ${name}${count === 1 ? "" : "s"}`);
    }
    if (parts.length === 2) {
      break;
    }
  }
  return parts.join(" ");
}
