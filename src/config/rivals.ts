import { dirname } from "node:path";

/** By what two profiles can get in each other's way. */
export interface Marks {
  /** Texts of which no other profile should have the same at the same place. */
  own: readonly string[];
  /** The mirror's folder; undefined when it lies on another machine. */
  mirror: string | undefined;
  /** The store's folder, which should lie in no other profile's mirror. */
  store: string | undefined;
}

/** The pairs that need a closer look, as indices in order: looking at all pairs takes too long for many profiles. */
export function findRivals(marks: readonly Marks[]): [first: number, second: number][] {
  const pairs = new Map<string, [number, number]>();
  const note = (one: number, other: number) => {
    const [first, second] = [Math.min(one, other), Math.max(one, other)];
    if (first !== second) {
      pairs.set(`${first} ${second}`, [first, second]);
    }
  };
  for (const place of marks[0]?.own.keys() ?? []) {
    for (const sharers of indexBy(marks, ({ own }) => own[place]).values()) {
      noteEachPair(sharers, note);
    }
  }
  const mirrors = indexBy(marks, ({ mirror }) => mirror);
  for (const [index, { store }] of marks.entries()) {
    for (let folder = store; folder !== undefined; folder = folderAbove(folder)) {
      for (const holder of mirrors.get(folder) ?? []) {
        note(index, holder);
      }
    }
  }
  return [...pairs.values()].sort(([a, b], [c, d]) => a - c || b - d);
}

function indexBy(marks: readonly Marks[], keyOf: (mark: Marks) => string | undefined): Map<string, number[]> {
  const index = new Map<string, number[]>();
  for (const [position, mark] of marks.entries()) {
    const key = keyOf(mark);
    const known = key === undefined ? undefined : index.get(key);
    if (known !== undefined) {
      known.push(position);
    } else if (key !== undefined) {
      index.set(key, [position]);
    }
  }
  return index;
}

function noteEachPair(sharers: readonly number[], note: (one: number, other: number) => void): void {
  for (let position = 1; position < sharers.length; position += 1) {
    for (const earlier of sharers.slice(0, position)) {
      note(earlier, sharers[position] ?? earlier);
    }
  }
}

function folderAbove(folder: string): string | undefined {
  const above = dirname(folder);
  return above === folder ? undefined : above;
}
