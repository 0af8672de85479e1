import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { type AdoptionResult, applyAdoption } from "../store/adopt.ts";
import { type AdoptionPlan, planAdoption } from "../store/adopt-plan.ts";
import type { Store } from "../store/layout.ts";
import { listSnapshots } from "../store/list.ts";
import { plural } from "../units/size.ts";
import type { AdoptCommandOptions } from "./commands/adopt.ts";
import { withLockedStore } from "./locked-store.ts";
import { print, printJson, printNote } from "./output.ts";
import type { AdoptJson } from "./schema/adopt.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { formatTable, terminalWidth } from "./table.ts";
import { openTargetFolder, type Target } from "./target.ts";
import { requireWords, splitWords } from "./words.ts";

/** `bakup adopt`: another program's snapshots become snapshots of the store. */
export async function adoptFolder(
  words: readonly (string | undefined)[],
  options: AdoptCommandOptions,
): Promise<ExitCode> {
  const split = splitWords(words, options);
  const usage = "bakup adopt [PROFILE] [FOLDER]";
  const [wanted] = requireWords(split, { least: 0, most: 1, store: options.store, usage });
  const target = await openTargetFolder(split.profile, options);
  const { store } = target;
  const { signal, release } = stopOnSignals();
  try {
    const folder = wanted === undefined ? store.path : folderOf(store, wanted);
    const subfolder = options.subfolder === undefined ? {} : { subfolder: options.subfolder };
    const make = () => planAdoption(store, folder, subfolder);
    if (options.dryRun) {
      report({ target, plan: make(), result: undefined }, options);
      return EXIT.done;
    }
    make();
    await withLockedStore(store, `adopt in ${store.path}`, async () => {
      const plan = make();
      report({ target, plan, result: await applyAdoption(store, plan, { signal }) }, options);
    });
    return EXIT.done;
  } finally {
    release();
    store.close();
  }
}

/** A mere name can be that of a folder in the store, as our own hints give it. */
function folderOf(store: Store, wanted: string): string {
  const inside = join(store.path, wanted);
  return !wanted.includes("/") && !existsSync(wanted) && existsSync(inside) ? inside : wanted;
}

interface Adopting {
  target: Target;
  plan: AdoptionPlan;
  result: AdoptionResult | undefined;
}

function report({ target, plan, result }: Adopting, { json, verbose }: AdoptCommandOptions): void {
  const { store, profile } = target;
  if (json) {
    printJson({
      profile: profile?.name ?? null,
      store: store.path,
      applied: result !== undefined,
      adopted: plan.adoptions.map(({ from, name, instant, state, kind }) => ({
        from,
        name,
        time: new Date(instant).toISOString(),
        state,
        kind,
      })),
      skipped: plan.skipped,
      mirrorMade: result?.mirrorMade ?? false,
    } satisfies AdoptJson);
    return;
  }
  const rows = plan.adoptions.map(({ from, name, state, kind }) => [name, state, kind, from]);
  print(formatTable(rows, { width: terminalWidth() }));
  const snapshots = new Set(listSnapshots(store).snapshots.map(({ name }) => name));
  for (const { from, reason } of plan.skipped) {
    if (verbose > 0 || !snapshots.has(basename(from))) {
      printNote(`note: ${from} is left alone: ${reason}`);
    }
  }
  const count = plural(plan.adoptions.length, "snapshot");
  print(`${count} ${result === undefined ? "would be adopted" : "adopted"}`);
  if (result?.mirrorMade) {
    print(`the mirror ${store.mirror} was made from the newest of them`);
  }
}
