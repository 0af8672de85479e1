import { dirname } from "node:path";

/** By what two profiles can get in each other's way. */
export interface Marks {
  /** Texts of which no other profile should have the same. */
  own: readonly string[];
  /** The mirror's folder; undefined when it lies on another machine. */
  mirror: string | undefined;
  /** The store's folder, which should lie in no other profile's mirror. */
  store: string | undefined;
}

/** The pairs that need a closer look, as indices in order: looking at all pairs takes too long for many profiles. */
export function findRivals(marks: readonly Marks[]): [first: number, second: number][] {
  const owners = indexBy(marks, ({ own }) => own);
  const mirrors = indexBy(marks, ({ mirror }) => (mirror === undefined ? [] : [mirror]));
  const pairs = new Map<string, [number, number]>();
  const note = (one: number, other: number) => {
    const [first, second] = [Math.min(one, other), Math.max(one, other)];
    if (first !== second) {
      pairs.set(`${first} ${second}`, [first, second]);
    }
  };
  for (const [index, { own, store }] of marks.entries()) {
    const sharers = own.flatMap((mark) => owners.get(mark) ?? []);
    const holders = store === undefined ? [] : ancestors(store).flatMap((folder) => mirrors.get(folder) ?? []);
    for (const other of [...sharers, ...holders]) {
      note(index, other);
    }
  }
  return [...pairs.values()].sort(([a, b], [c, d]) => a - c || b - d);
}

function indexBy(marks: readonly Marks[], keysOf: (mark: Marks) => readonly string[]): Map<string, number[]> {
  const index = new Map<string, number[]>();
  for (const [position, mark] of marks.entries()) {
    for (const key of keysOf(mark)) {
      const known = index.get(key);
      if (known === undefined) {
        index.set(key, [position]);
      } else {
        known.push(position);
      }
    }
  }
  return index;
}

/** The folder and all above it. */
function ancestors(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestors(above)];
}
