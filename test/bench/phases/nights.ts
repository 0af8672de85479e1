import { canDropCaches, dropCaches } from "../caches.ts";
import { checkCount, checkNewest } from "../check.ts";
import { type Arena, type Contender, contend, type Step, settle } from "../contender.ts";
import { type Measure, measure, succeed } from "../measure.ts";
import { type Phase, WORK } from "../works.ts";

/** So many snapshots are kept in the nights of a round: few, so that rotation has work after few nights. */
export const KEPT_NIGHTS = 3;

export interface Night {
  /** What it is measured as; undefined when it only leads to the state that the next one needs. */
  work?: string;
  isChanged?: boolean;
  isCold?: boolean;
  /** The result is compared with the source. */
  isChecked?: boolean;
}

/**
 * One round as a row of nights, each measured one `repeat` times. Before a night with rotation counts, there are as many
 * snapshots as are kept, and the old ones are as different as they are after many such nights.
 */
export function planNights(wants: (phase: Phase) => boolean, repeat: number): Night[] {
  const nights: Night[] = [{ work: WORK.first, isChecked: true }];
  const times = (night: Night) => Array.from({ length: repeat }, () => ({ ...night }));
  const isSteady = wants("unchanged") || wants("cold");
  const needsOld = isSteady || wants("changed") || wants("parts") || wants("deletion");
  if (needsOld) {
    nights.push(wants("unchanged") ? { work: WORK.unrotated } : {});
    nights.push(...Array.from({ length: KEPT_NIGHTS - 1 }, () => ({})));
  }
  nights.push(...(wants("unchanged") ? times({ work: WORK.unchanged }) : []));
  nights.push(...(wants("cold") && canDropCaches() ? times({ work: WORK.unchangedCold, isCold: true }) : []));
  if (wants("changed")) {
    nights.push(...Array.from({ length: KEPT_NIGHTS }, () => ({ isChanged: true })));
    nights.push(...times({ work: WORK.changed, isChanged: true }));
  }
  return nights.map((night, index) => (index === nights.length - 1 ? { ...night, isChecked: true } : night));
}

/** All contenders go through all nights, one night after the other. */
export function nightSteps(arena: Arena, contenders: readonly Contender[], nights: readonly Night[]): Step[] {
  return nights.flatMap((night, index) => {
    const taking = contenders.filter(({ program }) => index === 0 || program.isOnlyCopy !== true);
    const change = { label: "changes", program: "source", act: () => arena.source.change(1, arena.signal) };
    return [
      ...(night.isChanged === true ? [change] : []),
      ...taking.map((contender) =>
        contend(arena, contender, {
          label: night.work ?? "a night between",
          act: () => runNight(arena, contender, night),
        }),
      ),
    ];
  });
}

async function runNight(arena: Arena, contender: Contender, night: Night): Promise<Measure | undefined> {
  const { signal } = arena;
  contender.number += 1;
  const command = contender.backups.nextRun(contender.number);
  if (night.work === undefined) {
    await succeed(command, signal);
    return undefined;
  }
  await settle(signal);
  if (night.isCold === true) {
    dropCaches();
  }
  const sample = await measure(command, signal);
  checkCount(contender, KEPT_NIGHTS);
  if (night.isChecked === true) {
    await checkNewest(arena, contender);
  }
  return sample;
}
