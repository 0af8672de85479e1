import { html } from "hono/html";
import type { Markup } from "./layout.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TICKS: readonly (readonly [age: number, text: string])[] = [
  [DAY_MS, "1 day"],
  [7 * DAY_MS, "1 week"],
  [30 * DAY_MS, "1 month"],
  [365 * DAY_MS, "1 year"],
  [3650 * DAY_MS, "10 years"],
];
/** Nothing is drawn nearer to an edge, in percent. */
const MARGIN = 3;

/** One snapshot on the line: it stays, goes at the next rotation, or is not complete. */
export interface Moment {
  /** In ms since 1970. */
  instant: number;
  /** What a pointer is told. */
  label: string;
  look: "kept" | "going" | "flawed";
}

/**
 * Snapshots on a line of time, the newest at the right. A step to the left makes them older by a factor, so that the
 * hours of today and the months of last year are both to be seen. Pure.
 */
export function timeline(moments: readonly Moment[], now: number): Markup {
  const [oldest] = moments;
  if (oldest === undefined) {
    return html``;
  }
  const widest = Math.log1p(Math.max(now - oldest.instant, DAY_MS) / HOUR_MS);
  const place = (age: number) => {
    const share = Math.log1p(Math.max(age, 0) / HOUR_MS) / widest;
    return `${(100 - MARGIN - share * (100 - 2 * MARGIN)).toFixed(2)}%`;
  };
  const ticks = TICKS.filter(([age]) => age < now - oldest.instant).map(
    ([age, text]) =>
      html`<line x1="${place(age)}" x2="${place(age)}" y1="8" y2="40"/><text x="${place(age)}" y="58" text-anchor="middle">${text}</text>`,
  );
  const marks = moments.map(
    ({ instant, label, look }) =>
      html`<circle class="${look}" cx="${place(now - instant)}" cy="24" r="6"><title>${label}</title></circle>`,
  );
  return html`<figure>
<svg class="timeline" role="img" aria-label="${summary(moments)}"><line x1="0" x2="100%" y1="24" y2="24"/>${ticks}${marks}</svg>
<figcaption>${summary(moments)}</figcaption>
</figure>`;
}

function summary(moments: readonly Moment[]): string {
  const count = (look: Moment["look"]) => moments.filter((moment) => moment.look === look).length;
  const parts = [
    ["filled", count("kept"), "kept"],
    ["hollow", count("going"), "to go at the next rotation"],
    ["red", count("flawed"), "not complete"],
  ] as const;
  const told = parts.flatMap(([mark, number, what]) => (number === 0 ? [] : [`${number} ${what} (${mark})`]));
  return `Snapshots over time, the newest at the right: ${told.join(", ")}`;
}
