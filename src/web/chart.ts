import { html } from "hono/html";
import type { Markup } from "./layout.ts";

const [WIDTH, HEIGHT, GAP] = [600, 120, 1];

export interface Bar {
  /** Zero or more. */
  value: number;
  /** What a pointer and a screen reader are told. */
  label: string;
  failed: boolean;
  /** When that was, for people. */
  when: string;
}

/** Bars over time, oldest first, as a picture that reads itself out. Pure. */
export function chart(title: string, bars: readonly Bar[], format: (value: number) => string): Markup {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  if (bars.length === 0) {
    return html``;
  }
  const step = WIDTH / Math.max(bars.length, 20);
  const shapes = bars.map(({ value, label, failed }, index) => {
    const height = most === 0 ? 1 : Math.max(1, (value / most) * HEIGHT);
    const at = [index * step, HEIGHT - height, Math.max(1, step - GAP), height].map((each) => each.toFixed(1));
    return html`<rect class="${failed ? "bad" : "good"}" x="${at[0]}" y="${at[1]}" width="${at[2]}" height="${at[3]}"><title>${label}</title></rect>`;
  });
  return html`<figure>
<svg role="img" aria-label="${title}: the newest is ${format(bars.at(-1)?.value ?? 0)}, the largest ${format(most)}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${shapes}</svg>
<figcaption>${title}, at most ${format(most)}<br>${bars[0]?.when} to ${bars.at(-1)?.when}</figcaption>
</figure>`;
}
