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
      ? html`<pre tabindex="0" aria-label="Changes">${marked(shown.text)}</pre>`
      : html`<p>The changes cannot be shown: ${shown.reason}.</p>`;
  return page(`Changes from ${older} to ${newer}`, trail, body);
}

/** The lines of diff -u, marked as what was taken away and what was added. */
function marked(text: string): Markup[] {
  return text.split("\n").map((line, index, lines) => {
    const end = index < lines.length - 1 ? "\n" : "";
    const isHead = index < 2;
    if (!isHead && line.startsWith("+")) {
      return html`<ins>${line}</ins>${end}`;
    }
    return !isHead && line.startsWith("-") ? html`<del>${line}</del>${end}` : html`${line}${end}`;
  });
}
