import { checkEqual, emptyFolder } from "../check.ts";
import { type Arena, type Contender, contend, type Step } from "../contender.ts";
import { measure } from "../measure.ts";
import { WORK } from "../works.ts";

/** One file, and everything, out of the newest backup; everything must be equal to the source. */
export function restoreSteps(arena: Arena, contenders: readonly Contender[]): Step[] {
  return contenders
    .filter(({ program }) => program.isOnlyCopy !== true)
    .flatMap((contender) => [
      contend(arena, contender, {
        label: WORK.restoreFile,
        act: async () => {
          const to = await emptyFolder(arena);
          return measure(contender.backups.restore(to, arena.source.someFile()), arena.signal);
        },
      }),
      contend(arena, contender, {
        label: WORK.restoreAll,
        act: async () => {
          const to = await emptyFolder(arena);
          const sample = await measure(contender.backups.restore(to), arena.signal);
          await checkEqual(arena, contender, to);
          return sample;
        },
      }),
    ]);
}
