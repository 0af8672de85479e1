/** What a timed run does while a condition holds. */
export const REACTIONS = ["wait", "run"] as const;

type Reaction = (typeof REACTIONS)[number];

/** The conditions of a machine that may make a timed run wait. */
export interface ConditionRules {
  onBattery: Reaction;
  /** Only asked where the destination is on another machine, as the network is. */
  onMetered: Reaction;
  withoutNetwork: Reaction;
}

/** A condition that makes a run wait. */
export interface Wait {
  condition: "battery" | "metered" | "network";
  /** Half a sentence that names what holds. */
  reason: string;
}
