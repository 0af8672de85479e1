import { resolve } from "node:path";
import { printable } from "../../path/byte-path.ts";
import { inStore } from "../../store/layout.ts";
import { findSnapshot } from "../../store/list.ts";
import { countNew, planRestore, type RestorePlan } from "../../store/restore/plan.ts";
import { plural } from "../../units/size.ts";
import type { Choice, Questions } from "../ask.ts";
import { applyWithProgress } from "../restore-files.ts";
import { printPlan, printResult } from "../restore-report.ts";
import type { Target } from "../target.ts";
import type { Move } from "./spot.ts";

/** Asks where to, shows the plan, and restores after a yes: what `bakup restore` does. */
export async function restoreSpot(
  target: Target,
  { snapshot: name, path }: Extract<Move, { do: "restore" }>,
  { questions, signal }: { questions: Questions; signal: AbortSignal },
): Promise<void> {
  const snapshot = findSnapshot(target.store, name);
  const source = snapshot.record?.source ?? target.profile?.source.path;
  const origin = source === undefined ? "" : `; ${source} puts it back in its place`;
  const what = path === "" ? `everything of ${name}` : `/${printable(path)} of ${name}`;
  questions.say(`Restore ${what}. Places are kept: etc/fstab becomes FOLDER/etc/fstab${origin}.`);
  const to = resolve(
    await questions.text("Into which folder?", { problemOf: (text) => (text === "" ? "name a folder" : undefined) }),
  );
  const make = (overwrite: boolean) =>
    planRestore(
      { tree: inStore(target.store, name), paths: path === "" ? [] : [path], target: to, overwrite, delete: false },
      { signal },
    );
  const plan = await make(false);
  await printPlan({ target, snapshot, plan }, { all: false });
  const decision = await questions.choose("Go on?", choicesFor(plan));
  const chosen = decision === "overwrite" ? await make(true) : plan;
  if (decision === "overwrite") {
    await printPlan({ target, snapshot, plan: chosen }, { all: false });
  }
  if (decision === "no" || (decision === "overwrite" && !(await questions.confirm("Overwrite these?", false)))) {
    questions.say("nothing was restored");
    return;
  }
  printResult(chosen, await applyWithProgress(chosen, signal));
  await questions.text("Enter, to go on:");
}

type Decision = "no" | "restore" | "overwrite";

/** The first is what an empty answer means. */
function choicesFor(plan: RestorePlan): Choice<Decision>[] {
  const { conflict } = plan;
  return [
    { text: "no: restore nothing", value: "no" },
    ...(countNew(plan) === 0
      ? []
      : [{ text: "restore what is new, and leave what exists", value: "restore" } as const]),
    ...(conflict.length === 0
      ? []
      : [
          {
            text: `show the plan that replaces ${plural(conflict.length, "differing path")} too, and keeps the old versions`,
            value: "overwrite",
          } as const,
        ]),
  ];
}
