import search, { Separator } from "@inquirer/search";
import { StoppedError } from "../../errors/errors.ts";
import { visible } from "../../journal/visible.ts";
import { formatCount } from "../../units/size.ts";
import { cutToWidth } from "../text-width.ts";
import { matching, type Row } from "./rows.ts";
import type { Move } from "./spot.ts";

/** More than anybody looks through; whoever wants another one types a part of its name. */
const MOST_SHOWN = 200;

/** Lines of the terminal that are not the list's: the question, the description, the keys and the space between. */
const OTHER_LINES = 7;

export interface Listing {
  rows: readonly Row[];
  /** More about some rows that have no description. */
  describe(rows: readonly Row[]): ReadonlyMap<Row, string>;
}

/** Lets a person choose from a list, of which typing shows a part. @throws StoppedError for Ctrl-C. */
export async function choose(question: string, { rows, describe }: Listing, signal: AbortSignal): Promise<Move> {
  const columns = process.stdout.columns || 80;
  const pageSize = Math.max(3, (process.stdout.rows || 24) - OTHER_LINES);
  try {
    return await search<Move>(
      {
        message: question,
        pageSize,
        source: async (typed) => {
          const { shown, more } = matching(rows, typed ?? "", MOST_SHOWN);
          const described = describe(shown.filter(({ description }) => description === undefined));
          const choices = shown.map((row) => ({
            name: cutToWidth(visible(row.name), columns - 4),
            value: row.move,
            description: cutToWidth(visible(row.description ?? described.get(row) ?? ""), columns - 2),
          }));
          const rest = more === 0 ? [] : [new Separator(`${formatCount(more)} more: type a part of the name`)];
          return [...choices, ...rest];
        },
      },
      { clearPromptOnDone: true, signal },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Error && error.name === "ExitPromptError" ? new StoppedError("SIGINT") : error;
  }
}
