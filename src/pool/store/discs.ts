import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { refuseUnmounted } from "../../disk/mounts.ts";
import { formatBytes } from "../../units/size.ts";
import type { PoolConfig } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { setMark } from "../marks.ts";
import { isFullDay, rememberFull } from "../week.ts";
import { removeLeftovers } from "../whole-file.ts";
import type { StagedDay } from "./choose-day.ts";
import { discLabel, LABEL_START } from "./label.ts";
import { freeBytes, isRewritable } from "./media.ts";
import { beginsNewDisc } from "./new-disc.ts";
import {
  checkDisc,
  type Disc,
  eject,
  listDiscDays,
  measureSession,
  readDisc,
  type Session,
  writeSession,
} from "./xorriso.ts";

type Settings = NonNullable<PoolConfig["store"]>;

/** What the memory calls the week's new disc. */
const THING = "store";

/**
 * Writes staged days onto the disc: as a new session, or as the first one of a new disc. That there is room is known
 * before anything is written. The days are marked as stored only when all is on the disc and the check agrees.
 */
export async function storeOnDisc(
  context: PoolContext,
  settings: Settings,
  { days, forceNew }: { days: readonly StagedDay[]; forceNew: boolean },
): Promise<void> {
  const { startingDay } = context.config.options;
  const week = { startingDay, lastFull: context.memory.lastFull(THING) };
  if (settings.targetDevice.startsWith("stdio:")) {
    refuseUnmounted(dirname(settings.targetDevice.slice("stdio:".length)));
  }
  for (const { dir } of days) {
    removeLeftovers(dir);
  }
  const disc = await readDisc(context, settings.targetDevice);
  requireOwnDisc(settings, disc);
  const session = await planSession(context, settings, {
    disc,
    days,
    full: forceNew,
    isWeeksFirst: isFullDay(context.today, { ...week, full: forceNew }),
  });
  const kind = session.isNew ? "a new disc" : "a new session";
  context.log.info(`writing ${days.map(({ day }) => day).join(", ")} to ${settings.targetDevice}, as ${kind}`);
  await writeSession(context, session, settings.driveSpeed);
  await refreshMedia(context, settings);
  if (settings.checkData) {
    await requireSoundDisc(context, settings, days);
  }
  for (const { dir } of days) {
    setMark(context, dir, "store");
  }
  context.memory.setLastFull(THING, rememberFull(context.today, { ...week, wasFull: session.isNew }));
  context.log.info(`stored ${days.length === 1 ? days[0]?.dir : `${days.length} days`} on ${settings.targetDevice}`);
}

function requireOwnDisc({ checkMedia, mediaType, targetDevice }: Settings, { isBlank, label }: Disc): void {
  const isUnlabelled = label === "" && (isBlank || !isRewritable(mediaType));
  if (checkMedia && !isUnlabelled && !label.startsWith(LABEL_START)) {
    throw new ActionError(`the disc in ${targetDevice} is not one of the backup: its label is "${label}"`, {
      hint: "insert the right disc, or switch check_media off",
    });
  }
}

async function planSession(
  context: PoolContext,
  settings: Settings,
  { disc, days, full, isWeeksFirst }: { disc: Disc; days: readonly StagedDay[]; full: boolean; isWeeksFirst: boolean },
): Promise<Session> {
  const { targetDevice: device, mediaType, capacity: capacityBytes } = settings;
  const label = discLabel(context.today);
  const onDisc = disc.isBlank ? [] : await listDiscDays(context, device);
  const replaced = days.map(({ day }) => `/${day}`).filter((folder) => onDisc.includes(folder));
  const appended: Session = { device, isNew: disc.isBlank, label, days, replaced };
  const room = (usedSectors: number, drive: number) =>
    Math.min(freeBytes(mediaType, { usedSectors, capacityBytes }), drive);
  const left = room(disc.usedSectors, disc.writableBytes);
  const neededBytes = await measureSession(context, appended);
  const wantsNew = beginsNewDisc({ ...settings, full, isWeeksFirst, freeBytes: left, neededBytes });
  if (wantsNew && !disc.isBlank && !isRewritable(mediaType)) {
    throw new ActionError(`a new disc is due, but the ${mediaType} in ${device} has been written`, {
      hint: "insert an empty disc",
    });
  }
  const session: Session = wantsNew ? { ...appended, isNew: true, replaced: [] } : appended;
  requireRoom(device, { neededBytes, free: wantsNew ? room(0, disc.overallBytes) : left });
  return session;
}

function requireRoom(device: string, { neededBytes, free }: { neededBytes: number; free: number }): void {
  if (neededBytes > free) {
    throw new ActionError(
      `the disc in ${device} does not have enough room: ${formatBytes(neededBytes)} are needed, ${formatBytes(free)} are free`,
      { hint: "nothing was written; insert an empty disc and use --full, or stage less" },
    );
  }
}

/** Some drives see what was written only once the tray was open. An image has no tray. */
async function refreshMedia(context: PoolContext, settings: Settings): Promise<void> {
  if (settings.targetDevice.startsWith("stdio:") || settings.noEject) {
    return;
  }
  await sleep(settings.refreshMediaDelay * 1000, undefined, { signal: context.signal });
  await eject(context, settings.targetDevice);
  await sleep(settings.ejectDelay * 1000, undefined, { signal: context.signal });
}

async function requireSoundDisc(context: PoolContext, settings: Settings, days: readonly StagedDay[]): Promise<void> {
  const differences = await checkDisc(context, settings.targetDevice, days);
  for (const line of differences) {
    context.log.error(`${settings.targetDevice}: ${line}`);
  }
  if (differences.length > 0) {
    throw new ActionError(`the disc in ${settings.targetDevice} does not hold what was written to it`, {
      hint: "insert another disc and run: bakup pool rebuild",
    });
  }
}
