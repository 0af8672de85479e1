import type { GenericSchema } from "valibot";

export interface KeyRule {
  /** Checks one value and converts it. */
  schema: GenericSchema<string, unknown>;
  /** Written as `key[]`, once for each value. */
  repeats?: true;
  /** What applies when the key is absent, as one would write it. */
  default?: string | readonly string[];
  /** Says what applies when that is no fixed text. */
  absent?: string;
  /** One line, without a full stop. */
  description: string;
  example: string;
}

export interface SectionRule {
  description: string;
  keys: Readonly<Record<string, KeyRule>>;
}
