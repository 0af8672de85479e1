import { html } from "hono/html";
import { type BytePath, printable } from "../../path/byte-path.ts";
import { type Markup, page } from "../layout.ts";
import { link } from "../links.ts";

/** What changed in a text between two snapshots. */
export function differencePage(
  profile: string,
  path: BytePath,
  { older, newer, shown }: { older: string; newer: string; shown: { text: string } | { reason: string } },
): Markup {
  const trail = [
    [profile, link.profile(profile)],
    [printable(path), link.versions(profile, path)],
  ] as const;
  const body =
    "text" in shown
      ? html`<pre tabindex="0" aria-label="Changes">${shown.text}</pre>`
      : html`<p>The changes cannot be shown: ${shown.reason}.</p>`;
  return page(`Changes from ${older} to ${newer}`, trail, body);
}
