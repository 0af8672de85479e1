import { judgeBattery } from "./battery.ts";
import type { Machine } from "./machine.ts";
import { judgeMetered } from "./metered.ts";
import { judgeNetwork } from "./network.ts";
import type { ConditionRules, Wait } from "./rules.ts";

/**
 * Why a run that is due must wait, if it must. Only what the rules want to know is asked.
 * @param leavesMachine whether the destination is on another machine.
 */
export async function findWait(
  rules: ConditionRules,
  { leavesMachine, machine }: { leavesMachine: boolean; machine: Machine },
): Promise<Wait | undefined> {
  const battery = rules.onBattery === "wait" ? judgeBattery(await machine.onBattery()) : undefined;
  if (battery !== undefined || !leavesMachine) {
    return battery;
  }
  const { withoutNetwork, onMetered } = rules;
  const manager = withoutNetwork === "wait" || onMetered === "wait" ? await machine.networkManager() : undefined;
  return (
    (withoutNetwork === "wait" ? judgeNetwork({ hasRouteOut: machine.hasRouteOut(), manager }) : undefined) ??
    (onMetered === "wait" ? judgeMetered(manager) : undefined)
  );
}
