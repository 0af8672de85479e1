import type { Step } from "./contender.ts";

type Name = Pick<Step, "label" | "program">;

/** How long the rest takes, going by what is done: the same step, else the same program, else all of it. In seconds. */
export function estimateSeconds(
  left: readonly Name[],
  done: readonly (Name & { seconds: number })[],
): number | undefined {
  if (done.length === 0) {
    return undefined;
  }
  const all = mean(done) ?? 0;
  return left.reduce((sum, step) => {
    const ofProgram = done.filter(({ program }) => program === step.program);
    return sum + (mean(ofProgram.filter(({ label }) => label === step.label)) ?? mean(ofProgram) ?? all);
  }, 0);
}

function mean(steps: readonly { seconds: number }[]): number | undefined {
  return steps.length === 0 ? undefined : steps.reduce((sum, { seconds }) => sum + seconds, 0) / steps.length;
}

/** Does the steps of all rounds, and says on the standard error what it is at, and how long the rest may take. */
export class Progress {
  private readonly done: (Name & { seconds: number })[] = [];
  private readonly title: string;
  private readonly afterStep: () => void;

  constructor(title: string, afterStep: () => void) {
    this.title = title;
    this.afterStep = afterStep;
  }

  /** `later` are steps of which is known already that they come after these. */
  async go(steps: readonly Step[], later: readonly Name[]): Promise<void> {
    for (const [index, { label, program, act }] of steps.entries()) {
      this.say(`${label}: ${program}`, [...steps.slice(index), ...later]);
      const begin = performance.now();
      await act();
      this.done.push({ label, program, seconds: (performance.now() - begin) / 1000 });
      this.afterStep();
    }
  }

  private say(text: string, left: readonly Name[]): void {
    const seconds = estimateSeconds(left, this.done);
    const rest = seconds === undefined ? "" : `  (about ${describeSeconds(seconds)} left)`;
    process.stderr.write(`${this.title}, ${text}${rest}\n`);
  }
}

export function describeSeconds(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
