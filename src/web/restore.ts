import { describeError } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";
import { applyRestore } from "../store/restore/apply.ts";
import { firstNewPaths, planRestore, type RestorePlan } from "../store/restore/plan.ts";
import type { Markup } from "./layout.ts";
import type { Place } from "./links.ts";
import { restoredPage, restoreFormPage, restorePlanPage, SHOWN } from "./pages/restore.ts";
import { newToken } from "./token.ts";

/** A plan that was shown waits so long for its button, and only so many wait. */
const PLAN_LIFE_MS = 30 * 60_000;
const PLANS_KEPT = 20;

/** Plans that were shown, by a random id: what is done is just what was seen. */
const shown = new Map<string, { plan: RestorePlan; place: string; until: number }>();

type Form = Readonly<Record<string, unknown>>;

/** Makes a plan of what the form says and shows it; or carries out the one that was shown. */
export async function restoreByForm(
  at: Place,
  tree: string,
  { form, formSecret }: { form: Form; formSecret: string },
): Promise<Markup> {
  try {
    return typeof form.plan === "string"
      ? await carryOut(at, tree, form.plan)
      : await showPlan(at, tree, { form, formSecret });
  } catch (error) {
    const hint = error instanceof BakupError ? error.hint : undefined;
    return restoreFormPage(at, formSecret, { message: describeError(error), hint });
  }
}

async function showPlan(
  at: Place,
  tree: string,
  { form, formSecret }: { form: Form; formSecret: string },
): Promise<Markup> {
  const to = typeof form.to === "string" ? form.to : "";
  if (!to.startsWith("/")) {
    throw new BakupError("the folder must be a path from the root, beginning with /");
  }
  const paths = at.path === "" ? [] : [at.path];
  const wishes = { overwrite: form.overwrite === "yes", delete: form.delete === "yes" };
  const plan = await planRestore({ tree, paths, target: to, ...wishes }, {});
  const first = await firstNewPaths(plan, SHOWN);
  const id = newToken();
  shown.set(id, { plan, place: JSON.stringify(at), until: Date.now() + PLAN_LIFE_MS });
  forgetOldPlans();
  return restorePlanPage(at, { plan, first }, { formSecret, id });
}

async function carryOut(at: Place, tree: string, id: string): Promise<Markup> {
  const found = shown.get(id);
  shown.delete(id);
  if (found === undefined || found.place !== JSON.stringify(at) || found.until < Date.now()) {
    throw new BakupError("this plan was carried out already, or is too old", { hint: "make it again" });
  }
  // The store was opened anew since: the same snapshot has another path for the system.
  const plan = { ...found.plan, tree };
  return restoredPage(at, plan, await applyRestore(plan, {}));
}

function forgetOldPlans(): void {
  for (const id of [...shown.keys()].slice(0, -PLANS_KEPT)) {
    shown.delete(id);
  }
}
