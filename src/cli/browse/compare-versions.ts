import { inStore, type Store } from "../../store/layout.ts";
import { differenceOf } from "../../store/text-difference.ts";
import { plural } from "../../units/size.ts";
import type { Questions } from "../ask.ts";
import type { Move } from "./spot.ts";

/** More would only run past; a restore of both versions shows all. */
const MOST_LINES = 400;

/** Shows what changed from one version of a file to another. */
export async function compareVersions(
  store: Store,
  { path, older, newer }: Extract<Move, { do: "compare" }>,
  questions: Questions,
): Promise<void> {
  const difference = await differenceOf([inStore(store, older), inStore(store, newer)], path);
  const lines = "text" in difference ? difference.text.trimEnd().split("\n") : [`not shown: ${difference.reason}`];
  const rest = lines.length - MOST_LINES;
  questions.say(`from ${older} to ${newer}:`);
  questions.say(lines.slice(0, MOST_LINES).join("\n"));
  if (rest > 0) {
    questions.say(`… and ${plural(rest, "line")} more`);
  }
  await questions.text("Enter, to go on:");
}
