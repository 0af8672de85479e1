import { canDropCaches, dropCaches } from "../caches.ts";
import { type Arena, type Step, settle } from "../contender.ts";
import { measure } from "../measure.ts";
import { type Phase, WORK } from "../works.ts";

/** All that a record of the index holds. */
const RECORD_FORMAT = "%y%m %i %n %U:%G %s %T@ %C@ %P\\0";

/** The floor of every run: one look at each file of the source, with all that an index of it needs. */
export function listingSteps(
  { source, figures, signal }: Arena,
  wants: (phase: Phase) => boolean,
  repeat: number,
): Step[] {
  const command = {
    file: "sh",
    args: ["-c", 'exec find . -xdev -printf "$format" > /dev/null'],
    cwd: source.path,
    env: { format: RECORD_FORMAT },
  };
  const step = (label: string, isCold: boolean): Step => ({
    label,
    program: "find",
    act: async () => {
      if (isCold) {
        await settle(signal);
        dropCaches();
      }
      figures.add({ part: "runs", work: label, program: "find" }, { sample: await measure(command, signal) });
    },
  });
  if (!wants("listing")) {
    return [];
  }
  const steps = [
    step(WORK.listing, false),
    ...(wants("cold") && canDropCaches() ? [step(WORK.listingCold, true)] : []),
  ];
  return steps.flatMap((each) => Array.from({ length: repeat }, () => each));
}
