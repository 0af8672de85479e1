import { html } from "hono/html";
import { skipSinceLastRun } from "../../run/profile-state.ts";
import type { ProfileStatus } from "../../run/profile-status.ts";
import { plural } from "../../units/size.ts";
import { facts, type Markup, page } from "../layout.ts";
import { link } from "../links.ts";
import { ago } from "../words.ts";
import { liveRun } from "./live.ts";

/** All profiles: how each fares, at a glance. */
export function overviewPage(statuses: readonly ProfileStatus[], now: number): Markup {
  return page("Backups", [], html`<ul class="cards">${statuses.map((status) => card(status, now))}</ul>`);
}

function card(status: ProfileStatus, now: number): Markup {
  const { profile, trouble, live } = status;
  const isWell = trouble.length === 0;
  return html`<li class="card${isWell ? "" : " trouble"}">
<h2><a href="${link.profile(profile.name)}">${profile.name}</a></h2>
<p class="${isWell ? "good" : "bad"}">${isWell ? "✓ all is well" : `✗ ${plural(trouble.length, "trouble")}`}</p>
${liveRun(profile.name, live)}
${statusFacts(status, now)}
${troubleList(status)}
</li>`;
}

/** What is known of a profile's last and next run. */
export function statusFacts({ profile, state, interrupted, lastComplete, next }: ProfileStatus, now: number): Markup {
  const { lastRun } = state;
  const lastBegun = interrupted?.started ?? lastRun?.started;
  const skip = skipSinceLastRun(state);
  return facts([
    ["Source", profile.source.path],
    ["Destination", profile.destination.location],
    ["Last run", lastBegun === undefined ? "never" : ago(Date.parse(lastBegun), now)],
    ["Last complete", lastComplete === undefined ? "not known here" : ago(lastComplete.instant, now)],
    ...(skip === undefined ? [] : [["Skipped", `${ago(Date.parse(skip.when), now)}: ${skip.reason}`] as const]),
    ["Next run", nextRun(next, now)],
  ]);
}

export function troubleList({ trouble }: ProfileStatus): Markup {
  return trouble.length === 0
    ? html``
    : html`<ul class="troubles">${trouble.map(({ text, hint }) => html`<li><strong class="bad">${text}</strong>${hint === undefined ? "" : html`<br>${hint}`}</li>`)}</ul>`;
}

function nextRun(next: ProfileStatus["next"], now: number): string {
  if (next === undefined) {
    return "not known";
  }
  return next.next === null ? next.reason : ago(Date.parse(next.next), now);
}
