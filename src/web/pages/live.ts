import { html } from "hono/html";
import type { LiveRun } from "../../run/history/live.ts";
import type { Markup } from "../layout.ts";
import { link } from "../links.ts";
import { describeLive } from "../words.ts";

/** The run that works now; hidden, and watched for, while there is none. */
export function liveRun(profile: string, live: LiveRun | undefined): Markup {
  const { running, text, percent } = describeLive(live);
  return html`<div role="status" data-live="${link.live(profile)}" data-running="${running ? "yes" : "no"}"${running ? "" : html` hidden`}>
<p>Running now: <output>${text}</output></p>
<progress max="100" aria-label="Progress of ${profile}"${percent === null ? "" : html` value="${percent}"`}></progress>
</div>`;
}
