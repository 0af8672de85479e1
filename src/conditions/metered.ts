import type { NetworkManagerFacts } from "./network-manager.ts";
import type { Wait } from "./rules.ts";

const YES = 1;
const GUESSED_YES = 3;

/** A telephone's hotspot and the like. Undefined stands for a machine without NetworkManager, where nobody knows. */
export function judgeMetered(facts: Pick<NetworkManagerFacts, "metered"> | undefined): Wait | undefined {
  switch (facts?.metered) {
    case YES:
      return { condition: "metered", reason: "the network connection is metered" };
    case GUESSED_YES:
      return { condition: "metered", reason: "the network connection seems to be metered" };
    default:
      return undefined;
  }
}
