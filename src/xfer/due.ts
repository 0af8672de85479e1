import { lstatSync, rmSync } from "node:fs";
import { decide } from "../schedule/decide.ts";
import { inStore, METADATA, type Store } from "../store/layout.ts";
import { listSnapshots } from "../store/list.ts";
import { Refusal } from "./refusal.ts";
import type { ModuleSettings } from "./settings.ts";

/** A regular file of this name in the store's own folder asks for one upload, whatever the schedule says. */
const FLAG = "backup";

/** How far the dates of a right clock may lie ahead: another program's names are in local time. */
const DAY_MS = 86_400_000;

/**
 * The server's half of BURP's decision: the interval counts from the start of the newest upload that was kept.
 * @throws Refusal "not due", with the reason.
 */
export function refuseUnlessDue(
  store: Store,
  { timerArgs, allowForce }: ModuleSettings,
  { now, force }: { now: Date; force: boolean },
): void {
  if (timerArgs === undefined) {
    return;
  }
  const flag = inStore(store, METADATA, FLAG);
  const { decision, rule, reason } = decide({
    now: now.getTime(),
    lastStart: newestStart(store, now) ?? null,
    timerArgs,
    flagFile: lstatSync(flag, { throwIfNoEntry: false })?.isFile() ?? false,
    force: force && allowForce,
  });
  if (decision === "error") {
    throw new Refusal("broken", "the server's schedule for this module cannot be read", reason);
  }
  if (decision === "skip") {
    throw new Refusal("not due", force ? `${reason}; this server lets nobody force an upload` : reason);
  }
  if (rule === "flag") {
    rmSync(flag, { force: true });
  }
}

/** What is dated further ahead was made by a wrong clock: it must not keep uploads away until then. */
function newestStart(store: Store, now: Date): number | undefined {
  return listSnapshots(store).snapshots.findLast(({ instant }) => instant <= now.getTime() + DAY_MS)?.instant;
}
