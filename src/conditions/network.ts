import type { NetworkManagerFacts } from "./network-manager.ts";
import type { Wait } from "./rules.ts";

const PORTAL = 2;

const STATES: Readonly<Record<number, string>> = {
  10: "asleep",
  20: "disconnected",
  30: "disconnecting",
  40: "connecting",
  50: "connected locally only",
};

/**
 * Is there a way to another machine? The kernel's routes decide: NetworkManager knows nothing of the interfaces that
 * others look after. It tells what the kernel cannot: that a captive portal answers in everybody's place.
 */
export function judgeNetwork({
  hasRouteOut,
  manager,
}: {
  hasRouteOut: boolean;
  manager: Pick<NetworkManagerFacts, "state" | "connectivity"> | undefined;
}): Wait | undefined {
  if (!hasRouteOut) {
    const state = STATES[manager?.state ?? 0];
    const said = state === undefined ? "" : ` (NetworkManager: ${state})`;
    return { condition: "network", reason: `there is no network${said}` };
  }
  return manager?.connectivity === PORTAL
    ? { condition: "network", reason: "the network asks to log in first (a captive portal)" }
    : undefined;
}
