/** `; did you mean "…"?` with the candidate that is nearest to a mistyped word, or nothing when none is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const typed = normalised(word);
  let nearest = "";
  let shortest = toleratedEdits(typed) + 1;
  for (const candidate of candidates) {
    const distance = countEdits(typed, normalised(candidate));
    if (distance < shortest) {
      shortest = distance;
      nearest = candidate;
    }
  }
  return nearest === "" ? "" : `; did you mean "${nearest}"?`;
}

function normalised(word: string): string {
  return word.slice(0, 64).toLowerCase().replaceAll("-", "_");
}

function toleratedEdits(word: string): number {
  return word.length < 4 ? 1 : word.length < 8 ? 2 : 3;
}

/** Letters to insert, remove, replace, or swap with their neighbour, to get from one word to the other. */
function countEdits(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(last, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const best = Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced);
      const swapped = row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(swapped ? Math.min(best, at(beforeLast, column - 2) + 1) : best);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
