const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** For people: bytes in binary units with three significant digits, as in "1.21 GiB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** Reads "500", "64K", "1.5 GiB", "100G" or "2TB" as bytes, in binary units; undefined when it is none or not above zero. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(?:([KMGTP])(?:i?B)?|B)?$/i.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const power = match[2] === undefined ? 0 : "KMGTP".indexOf(match[2].toUpperCase()) + 1;
  const bytes = Math.round(Number(match[1]) * 1024 ** power);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** For people: a count with thousands separated, as in "1,234,567". */
export function formatCount(count: number): string {
  let text = String(count);
  for (let end = text.length - 3; end > (count < 0 ? 1 : 0); end -= 3) {
    text = `${text.slice(0, end)},${text.slice(end)}`;
  }
  return text;
}

/** "1 file", "2 files". */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}
