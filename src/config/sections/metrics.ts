import type { SectionRule } from "../rule.ts";
import { absolutePath } from "../value-types.ts";

export const metrics = {
  description: "figures for Prometheus",
  keys: {
    folder: {
      schema: absolutePath,
      absent: "no metrics",
      description: "folder of node_exporter's textfile collector",
      example: "/var/lib/prometheus/node-exporter",
    },
  },
} as const satisfies SectionRule;
