import { UsageError } from "../errors/errors.ts";

/**
 * Asks for a yes on the terminal. Anything else is a no.
 * @param fact what is going to happen, in one sentence without its full stop.
 * @throws UsageError where nobody can be asked: then --yes must say it.
 */
export async function confirm(fact: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(`${fact}, and there is no terminal to ask on`, {
      hint: "--yes goes on without asking; --dry-run only shows the plan",
    });
  }
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${fact}. Go on? [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
