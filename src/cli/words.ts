import { UsageError } from "../errors/errors.ts";

/** The words of a command line, of which the first is the PROFILE unless --store names the store instead. */
export function splitWords(
  words: readonly (string | undefined)[],
  { store }: { store?: string | undefined },
): { profile: string | undefined; rest: string[] } {
  const given = words.filter((word) => word !== undefined);
  const [profile, ...rest] = given;
  return store === undefined ? { profile, rest } : { profile: undefined, rest: given };
}

/**
 * The words behind the PROFILE, when there are as many as the command takes.
 * @param usage as it stands in the help, such as "bakup find PROFILE PATTERN".
 * @throws UsageError when there are too few or too many.
 */
export function requireWords(
  { profile, rest }: ReturnType<typeof splitWords>,
  { least, most, store, usage }: { least: number; most: number; store: string | undefined; usage: string },
): string[] {
  const isMissing = rest.length < least || (profile === undefined && store === undefined && least > 0);
  if (isMissing || rest.length > most) {
    throw new UsageError(isMissing ? "an argument is missing" : `"${rest[most]}" is one argument too many`, {
      hint: store === undefined ? usage : usage.replace("PROFILE", "--store DIR"),
    });
  }
  return rest;
}
