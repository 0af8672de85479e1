import { DEFAULT_ROTATION_SCHEME, type Frequency } from "../../retention/scheme.ts";
import type { SectionRule } from "../rule.ts";
import { keepCount, text, yesNo } from "../value-types.ts";

export const rotation = {
  description: "which snapshots are kept",
  keys: {
    enabled: { schema: yesNo, default: "yes", description: "whether a run removes old snapshots", example: "no" },
    minutely: frequency("minutely", "60"),
    hourly: frequency("hourly", "24"),
    daily: frequency("daily", "7"),
    weekly: frequency("weekly", "4"),
    monthly: frequency("monthly", "always"),
    yearly: frequency("yearly", "always"),
    relaxed: {
      schema: yesNo,
      default: "no",
      description: "count only the time slots that hold a snapshot, not those of the calendar",
      example: "yes",
    },
    prefer_recent: {
      schema: yesNo,
      default: "no",
      description: "keep the newest snapshot of each time slot, not the oldest",
      example: "yes",
    },
    include: {
      schema: text,
      repeats: true,
      default: [],
      description: "rotate only the snapshots whose names match one of these patterns",
      example: "2026-*",
    },
    exclude: {
      schema: text,
      repeats: true,
      default: [],
      description: "never remove the snapshots whose names match one of these patterns",
      example: "2026-01-01*",
    },
  },
} as const satisfies SectionRule;

function frequency(name: Frequency, example: string) {
  const count = DEFAULT_ROTATION_SCHEME[name];
  const absent = count === undefined ? "none" : `${count}, when no frequency is given at all`;
  return { schema: keepCount, absent, description: `how many ${name} snapshots to keep, or always`, example };
}
