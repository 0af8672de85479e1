import { html } from "hono/html";
import { localTime } from "../../lock/local-time.ts";
import { TOP } from "../../path/byte-path.ts";
import { type RunRecord, runSeconds } from "../../run/history/record.ts";
import { lookThere } from "../../run/look-there.ts";
import type { ProfileStatus } from "../../run/profile-status.ts";
import { decideRotation, reasonToHold } from "../../run/rotate.ts";
import { formatAge } from "../../units/age.ts";
import { formatDuration } from "../../units/duration.ts";
import { formatBytes, formatCount } from "../../units/size.ts";
import { type Bar, chart } from "../chart.ts";
import { type Markup, page, table } from "../layout.ts";
import { link } from "../links.ts";
import { type Moment, timeline } from "../timeline.ts";
import { endOf, isBad } from "../words.ts";
import { liveRun } from "./live.ts";
import { statusFacts, troubleList } from "./overview.ts";

const RUNS_SHOWN = 50;
const BARS_SHOWN = 120;

/** One profile: its run, its charts, its snapshots and why each is kept, its history. */
export function profilePage(status: ProfileStatus, history: readonly RunRecord[], now: number): Markup {
  const { profile, live } = status;
  return page(
    profile.name,
    [],
    html`${liveRun(profile.name, live)}
${statusFacts(status, now)}
${troubleList(status)}
${charts(history)}
${snapshots(status, now)}
${runs(profile.name, history)}`,
  );
}

function charts(history: readonly RunRecord[]): Markup {
  const ended = history.flatMap((record) => (record.state === "ended" ? [record] : [])).slice(-BARS_SHOWN);
  const bars = (
    value: (record: (typeof ended)[number]) => number | undefined,
    format: (value: number) => string,
  ): Bar[] =>
    ended.flatMap((record) => {
      const each = value(record);
      const when = localTime(new Date(record.started));
      const [day = ""] = when.split(" ");
      return each === undefined
        ? []
        : [{ value: each, label: `${when}: ${format(each)}`, failed: isBad(record), when: day }];
    });
  return html`<div class="charts">
${chart("Duration of the runs", bars(runSeconds, formatDuration), formatDuration)}
${chart(
  "Copied by the runs",
  bars(({ changes }) => changes?.bytes, formatBytes),
  formatBytes,
)}
${chart(
  "Size of the source",
  bars(({ bytes }) => bytes, formatBytes),
  formatBytes,
)}
</div>`;
}

function snapshots({ profile, snapshots: all }: ProfileStatus, now: number): Markup {
  if (all === undefined) {
    return profile.destination.parsed.kind === "local"
      ? html`<p>The snapshots cannot be looked into from here now.</p>`
      : html`<p>The snapshots are on another machine. Look into them over there: <code>${lookThere(profile.destination)}</code></p>`;
  }
  const decided = decideRotation(all, profile.rotation, new Date(now)).reverse();
  const rows = decided.map(({ snapshot, decision }) => {
    const { name, state, instant, record } = snapshot;
    return [
      html`<a href="${link.folder({ profile: profile.name, snapshot: name, path: TOP })}">${name}</a>`,
      `${formatAge(instant, now)} ago`,
      html`<span class="${state === "complete" ? "good" : "bad"}">${state}</span>`,
      record?.entries === undefined ? "" : formatCount(record.entries),
      record?.bytes === undefined ? "" : formatBytes(record.bytes),
      decision.action === "remove"
        ? html`<strong>goes at the next rotation</strong>`
        : decision.reasons
            .map((reason) => (reason === "pinned" ? `pinned: ${record?.pin?.reason ?? ""}` : reason))
            .join(", "),
    ];
  });
  const held = reasonToHold(all);
  return html`${timeline(decided.map(momentOf).reverse(), now)}
${held === undefined ? "" : html`<p class="bad">Rotation removes nothing for now: ${held}</p>`}
${profile.rotation.enabled ? "" : html`<p>Runs of this profile remove nothing: [rotation] enabled = no.</p>`}
${table("Snapshots, the newest first", {
  head: ["Snapshot", "Age", "State", "Entries", "Size", "Why it is kept"],
  rows,
  empty: "There are no snapshots yet.",
})}`;
}

function momentOf({ snapshot, decision }: ReturnType<typeof decideRotation>[number]): Moment {
  const { name, instant, state } = snapshot;
  const isGoing = decision.action === "remove";
  const look = isGoing ? "going" : state === "complete" ? "kept" : "flawed";
  return { instant, look, label: `${name}: ${isGoing ? "goes at the next rotation" : decision.reasons.join(", ")}` };
}

function runs(profile: string, history: readonly RunRecord[]): Markup {
  const newest = history.slice(-RUNS_SHOWN).reverse();
  const rows = newest.map((record) => [
    html`<a href="${link.run(profile, record.run)}">${localTime(new Date(record.started))}</a>`,
    record.state === "ended" ? formatDuration(runSeconds(record)) : "",
    record.state === "ended" && record.changes !== undefined ? formatBytes(record.changes.bytes) : "",
    html`<span class="${isBad(record) ? "bad" : "good"}">${endOf(record)}</span>`,
  ]);
  return table("Runs, the newest first", {
    head: ["Started", "Took", "Copied", "End"],
    rows,
    empty: "There were no runs yet.",
  });
}
