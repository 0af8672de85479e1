import type { Observer } from "../run/context.ts";
import type { Progress } from "../transfer/progress.ts";
import { formatDuration } from "../units/duration.ts";
import { formatBytes, formatCount } from "../units/size.ts";

const REDRAW_MS = 200;

/** A live line at the bottom of a terminal: bytes, files, rate and time left. Nothing elsewhere. */
export function progressLine(stream: NodeJS.WriteStream): Observer & { clear(): void } {
  if (!stream.isTTY) {
    return { clear: () => undefined };
  }
  let started = 0;
  let drawn = 0;
  let shown = false;
  const clear = () => {
    if (shown) {
      stream.write("\r\x1b[K");
      shown = false;
    }
  };
  return {
    clear,
    onStep: () => {
      clear();
      started = Date.now();
    },
    onProgress: (progress, total) => {
      const now = Date.now();
      if (now - drawn < REDRAW_MS) {
        return;
      }
      drawn = now;
      shown = true;
      const text = describeProgress({ ...progress, seconds: (now - started) / 1000 }, total);
      stream.write(`\r\x1b[K${text.slice(0, (stream.columns ?? 80) - 1)}`);
    },
  };
}

/** Progress in words. A transfer that was not planned has a percentage once its source is listed. Pure. */
export function describeProgress(
  { bytes, files, seconds, entries }: Progress & { seconds: number },
  total: { bytes: number; files: number } | undefined,
): string {
  const rate = seconds > 0 ? bytes / seconds : 0;
  const speed = `${formatBytes(rate)}/s`;
  if (total === undefined) {
    const sofar = `${formatBytes(bytes)}, ${formatCount(files)} files, ${speed}`;
    return entries === undefined
      ? sofar
      : `${Math.floor((entries.done / entries.total) * 100)} % of ${formatCount(entries.total)} entries, ${sofar}`;
  }
  const percent = total.bytes === 0 ? 100 : Math.min(100, Math.floor((bytes / total.bytes) * 100));
  const left = rate > 0 ? Math.max(0, total.bytes - bytes) / rate : undefined;
  const parts = [
    `${percent} %`,
    `${formatBytes(bytes)} of ${formatBytes(total.bytes)}`,
    `${formatCount(files)} of ${formatCount(total.files)} files`,
    speed,
    ...(left === undefined ? [] : [`${formatDuration(left)} left`]),
  ];
  return parts.join(", ");
}
