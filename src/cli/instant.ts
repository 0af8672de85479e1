import { UsageError } from "../errors/errors.ts";

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** An instant from the command line, in ms since 1970: ISO 8601, local time unless it has a zone. @throws UsageError */
export function parseInstant(text: string, option: string): number {
  const hasTime = text.length > "2026-11-22".length;
  const instant = ISO.test(text) ? Date.parse(hasTime ? text : `${text}T00:00`) : Number.NaN;
  if (Number.isNaN(instant)) {
    throw new UsageError(`${option} cannot read the time "${text}"`, {
      hint: "write it as in 2026-11-22T02:00:13Z, or without Z for local time",
    });
  }
  return instant;
}
