import { UsageError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { printable } from "../path/byte-path.ts";
import { applyRepair, type RepairResult } from "../store/verify/repair.ts";
import { planRepair, type RepairPlan } from "../store/verify/repair-plan.ts";
import { plural } from "../units/size.ts";
import type { RepairCommandOptions } from "./commands/repair.ts";
import { confirm } from "./confirm.ts";
import { jsonPath } from "./json-path.ts";
import { withLockedStore } from "./locked-store.ts";
import { print, printJson, printNote } from "./output.ts";
import type { RepairJson } from "./schema/repair.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { openTarget, type Target } from "./target.ts";
import { damageJson, describeDamage, verifyJsonHead } from "./verify-report.ts";

/** `bakup repair`: plans, shows the plan, asks, and heals. @returns 7 when damage is left. */
export async function repair(profileName: string | undefined, options: RepairCommandOptions): Promise<ExitCode> {
  const target = await openTarget(profileName, options);
  const { signal, release } = stopOnSignals();
  try {
    const { store } = target;
    const source = options.source ? sourceOf(target) : undefined;
    const plan = await planRepair(store, { source, signal });
    if (!options.json) {
      printPlan(plan);
    }
    const isAgreed = !options.dryRun && plan.healings.length > 0 && (await mayHeal(plan, options));
    const result = isAgreed
      ? await withLockedStore(store, `repair in ${store.path}`, async () =>
          applyRepair(store, await planRepair(store, { source, signal }), signal),
        )
      : undefined;
    report({ target, plan, result }, options);
    const left = plan.hopeless.length + (result === undefined ? plan.healings.length : result.failed.length);
    return left > 0 ? EXIT.damaged : EXIT.done;
  } finally {
    release();
    target.store.close();
  }
}

function sourceOf({ profile }: Target): string {
  if (profile === undefined) {
    throw new UsageError("--source needs a profile: a store alone does not say where its source is now");
  }
  return profile.source.path;
}

async function mayHeal({ healings }: RepairPlan, { yes }: RepairCommandOptions): Promise<boolean> {
  return yes === true || confirm(`${plural(healings.length, "damaged file")} would be replaced by good copies`);
}

function printPlan({ healings, hopeless }: RepairPlan): void {
  for (const { expected, places, donor } of healings) {
    const names = places.map(({ name }) => name).join(", ");
    print(`  heal  ${printable(expected.path)} in ${names}: from ${printable(donor.path)} in ${donor.name}`);
  }
  for (const { snapshot, damage } of hopeless) {
    print(`  left  ${snapshot}: ${describeDamage(damage)}`);
  }
}

function report(
  { target, plan, result }: { target: Target; plan: RepairPlan; result: RepairResult | undefined },
  { json }: RepairCommandOptions,
): void {
  const failed = result?.failed ?? [];
  if (json) {
    printJson({
      ...verifyJsonHead(target),
      applied: result !== undefined,
      healed: (result?.healed ?? plan.healings).map(({ expected, places, donor }) => ({
        ...jsonPath(expected.path),
        places: places.map(({ name, path }) => ({ snapshot: name, ...jsonPath(path) })),
        donor: { snapshot: donor.name, ...jsonPath(donor.path) },
      })),
      failed: failed.map(({ healing, error }) => ({ ...jsonPath(healing.expected.path), error })),
      left: plan.hopeless.map(({ snapshot, damage }) => ({ snapshot, damage: damageJson(damage) })),
    } satisfies RepairJson);
    return;
  }
  for (const { healing, error } of failed) {
    printNote(`bakup: warning: "${printable(healing.expected.path)}" was not healed: ${error}`);
  }
  const healed =
    result === undefined
      ? `${plural(plan.healings.length, "file")} can be healed`
      : `${plural(result.healed.length, "file")} healed`;
  print(`${healed}, ${plural(plan.hopeless.length + failed.length, "thing")} left damaged`);
}
