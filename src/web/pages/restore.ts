import { html } from "hono/html";
import { type BytePath, printable } from "../../path/byte-path.ts";
import type { RestoreResult } from "../../store/restore/apply.ts";
import { countNew, type RestorePlan } from "../../store/restore/plan.ts";
import { formatBytes, formatCount } from "../../units/size.ts";
import { FORM_FIELD } from "../guard.ts";
import { facts, type Markup, page } from "../layout.ts";
import { link, type Place } from "../links.ts";
import { trailOf } from "./folder.ts";

/** So many paths of each kind are shown. */
export const SHOWN = 100;

export interface RestoreForm {
  to: string;
  overwrite: boolean;
  delete: boolean;
}

/** Where to, and how. Nothing happens before the plan was seen. */
export function restoreFormPage(
  at: Place,
  formSecret: string,
  error?: { message: string; hint?: string | undefined },
): Markup {
  return page(
    `Restore ${whatOf(at)}`,
    trailOf(at),
    html`${error === undefined ? "" : html`<p role="alert" class="bad">${error.message}${error.hint === undefined ? "" : html`<br>${error.hint}`}</p>`}
<form method="post" action="${link.restore(at)}">
<input type="hidden" name="${FORM_FIELD}" value="${formSecret}">
<label for="to">Into this folder of the machine (places are kept: etc/fstab becomes etc/fstab below it)</label>
<input type="text" id="to" name="to" required placeholder="/tmp/restored" autocomplete="off">
<label><input type="checkbox" name="overwrite" value="yes"> Replace what exists and differs; the old versions are kept</label>
<label><input type="checkbox" name="delete" value="yes"> Take away what the snapshot does not have, below the restored paths; it is kept too</label>
<button type="submit">Show the plan</button>
</form>`,
  );
}

/** What would happen, with the first new paths; the button does just that. */
export function restorePlanPage(
  at: Place,
  { plan, first }: { plan: RestorePlan; first: readonly { path: BytePath }[] },
  { formSecret, id }: { formSecret: string; id: string },
): Markup {
  const replaced = plan.overwrite.length + plan.delete.length;
  return page(
    `Plan: restore ${whatOf(at)}`,
    trailOf(at),
    html`${facts([
      ["From", at.snapshot],
      ["To", plan.target],
      ["New", formatCount(countNew(plan))],
      ["Overwritten", formatCount(plan.overwrite.length)],
      ["Taken away", formatCount(plan.delete.length)],
      ["Left as it is", formatCount(plan.conflict.length)],
      ["Unchanged", formatCount(plan.unchanged)],
      ["To copy", formatBytes(plan.bytes)],
      ...(replaced === 0 ? [] : [["Old versions go to", `${plan.target}/${plan.replaced}`] as const]),
    ])}
${paths("New", first, countNew(plan))}
${paths("Overwritten", plan.overwrite)}
${paths("Taken away", plan.delete)}
${paths("Different, and left as it is", plan.conflict)}
<form method="post" action="${link.restore(at)}">
<input type="hidden" name="${FORM_FIELD}" value="${formSecret}">
<input type="hidden" name="plan" value="${id}">
<button type="submit">Restore</button>
</form>
<p><a href="${link.restore(at)}">Change it</a></p>`,
  );
}

/** What happened. */
export function restoredPage(at: Place, plan: RestorePlan, result: RestoreResult): Markup {
  return page(
    `Restored ${whatOf(at)}`,
    trailOf(at),
    html`<p role="status" class="${result.problems.length === 0 ? "good" : "bad"}">${formatCount(countNew(plan))} new, ${formatCount(plan.overwrite.length)} overwritten, ${formatCount(plan.delete.length)} taken away in ${plan.target}.</p>
${result.problems.length === 0 ? "" : html`<h2>Not restored</h2><ul>${result.problems.slice(0, SHOWN).map(({ path, reason }) => html`<li>${printable(path)}: ${reason}</li>`)}</ul>`}`,
  );
}

function whatOf({ path, snapshot }: Place): string {
  return path === "" ? `everything of ${snapshot}` : printable(path);
}

function paths(title: string, items: readonly { path: BytePath }[], count = items.length): Markup {
  if (count === 0) {
    return html``;
  }
  const more = count > SHOWN ? html`<li>and ${formatCount(count - SHOWN)} more</li>` : "";
  return html`<details><summary>${title}: ${formatCount(count)}</summary><ul>${items.slice(0, SHOWN).map(({ path }) => html`<li>${printable(path)}</li>`)}${more}</ul></details>`;
}
