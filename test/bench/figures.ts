import type { Measure } from "./measure.ts";

/** What was measured of one program doing one work. */
export interface Figure {
  part: "runs" | "start-up";
  work: string;
  program: string;
  /** One a round (or start), only of runs whose result was right. */
  samples: Measure[];
  /** What went wrong, or why there is nothing. */
  troubles: string[];
}

/** All figures of one bench, in the order in which they began. */
export class Figures {
  readonly all: Figure[] = [];

  add(key: Pick<Figure, "part" | "work" | "program">, outcome: { sample: Measure } | { trouble: string }): void {
    const figure = this.figureOf(key);
    if ("sample" in outcome) {
      figure.samples.push(outcome.sample);
    } else {
      figure.troubles.push(outcome.trouble);
    }
  }

  private figureOf({ part, work, program }: Pick<Figure, "part" | "work" | "program">): Figure {
    const known = this.all.find((figure) => figure.work === work && figure.program === program);
    if (known !== undefined) {
      return known;
    }
    const figure: Figure = { part, work, program, samples: [], troubles: [] };
    this.all.push(figure);
    return figure;
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** The median, in seconds. */
export function wallOf({ samples }: Figure): number {
  return median(samples.map(({ wall }) => wall));
}

/** The median, in seconds. */
export function cpuOf({ samples }: Figure): number {
  return median(samples.map(({ cpu }) => cpu));
}

/** Of wall times, round by round: what was measured close together is compared. */
export function ratiosOf({ samples }: Figure, base: Figure | undefined): number[] {
  return samples.flatMap(({ wall }, round) => {
    const other = base?.samples[round]?.wall;
    return other === undefined ? [] : [wall / other];
  });
}
