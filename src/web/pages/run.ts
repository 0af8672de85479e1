import { html } from "hono/html";
import { localTime } from "../../lock/local-time.ts";
import { type RunRecord, runSeconds, transferRate } from "../../run/history/record.ts";
import { formatDuration } from "../../units/duration.ts";
import { formatBytes, formatCount } from "../../units/size.ts";
import { facts, type Markup, page, table } from "../layout.ts";
import { link } from "../links.ts";
import { endOf } from "../words.ts";

/** One run: what it did, how long each step took, the end of its log. */
export function runPage(profile: string, record: RunRecord): Markup {
  const title = `Run of ${localTime(new Date(record.started))}`;
  const trail = [[profile, link.profile(profile)]] as const;
  if (record.state !== "ended") {
    const { step, stepStarted } = record;
    const where =
      stepStarted === undefined ? [] : [["Step", `${step}, since ${localTime(new Date(stepStarted))}`] as const];
    return page(title, trail, facts([["End", endOf(record)], ...where]));
  }
  const { changes, snapshot, removed, warnings, hint, steps, log, exitCode } = record;
  const rate = transferRate(record);
  return page(
    title,
    trail,
    html`${facts([
      ["End", `${endOf(record)} (exit code ${exitCode})`],
      ...(hint === undefined ? [] : [["What to do", hint] as const]),
      ["Took", formatDuration(runSeconds(record))],
      ...(changes === undefined
        ? []
        : [
            [
              "Changes",
              `${formatCount(changes.created)} new, ${formatCount(changes.changed + changes.attributes)} changed, ${formatCount(changes.deleted)} deleted`,
            ] as const,
            ["Copied", `${formatBytes(changes.bytes)}${rate === undefined ? "" : `, ${formatBytes(rate)}/s`}`] as const,
          ]),
      ["Snapshot", snapshot === undefined ? "none" : `${snapshot.name} (${snapshot.state})`],
      ["Removed", removed.length === 0 ? "none" : removed.join(", ")],
      ["Warnings", formatCount(warnings)],
    ])}
${table("Steps", {
  head: ["Step", "Seconds"],
  rows: steps.map(({ step, seconds }) => [step, seconds.toFixed(1)]),
  empty: "It did not come to any step.",
})}
<h2>The end of its log</h2>
<pre tabindex="0" aria-label="Log">${log.join("\n")}</pre>`,
  );
}
