import { type Arena, type Contender, contend, type Step, settle } from "../contender.ts";
import { measure } from "../measure.ts";
import type { Parts } from "../programs/program.ts";
import { type Phase, WORK } from "../works.ts";

/** Snapshot, rotation and the deletion of a snapshot, each by a command of its own, when nothing has changed. */
export function partSteps(arena: Arena, contenders: readonly Contender[], wants: (phase: Phase) => boolean): Step[] {
  return contenders.flatMap((contender) => {
    const { parts } = contender.backups;
    return parts === undefined
      ? []
      : [
          ...(wants("parts") ? oneByOne(arena, contender, parts) : []),
          ...(wants("deletion") ? [deletion(arena, contender, parts)] : []),
        ];
  });
}

function oneByOne(arena: Arena, contender: Contender, parts: Parts): Step[] {
  const { signal } = arena;
  let commands: ReturnType<Parts["commands"]> | undefined;
  const begin = () => {
    contender.number += 1;
    return parts.commands(contender.number);
  };
  return [
    contend(arena, contender, {
      label: WORK.snapshot,
      act: async () => {
        commands = begin();
        await settle(signal);
        return measure(commands.snapshot, signal);
      },
    }),
    contend(arena, contender, {
      label: WORK.rotation,
      act: async () => {
        await settle(signal);
        return measure((commands ?? begin()).rotation, signal);
      },
    }),
  ];
}

function deletion(arena: Arena, contender: Contender, parts: Parts): Step {
  const { backups } = contender;
  return contend(arena, contender, {
    label: WORK.deletion,
    act: async () => {
      const before = backups.snapshots?.().length ?? 0;
      await settle(arena.signal);
      const sample = await measure(parts.deletion(), arena.signal);
      const after = backups.snapshots?.().length ?? 0;
      if (after !== before - 1) {
        throw new Error(`${before - after} snapshots were deleted, not one`);
      }
      return sample;
    },
  });
}
