import { refuseUnmounted } from "../../disk/mounts.ts";
import type { CollectItem } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { makeFolder } from "../folder.ts";
import { removeMark, setMark } from "../marks.ts";
import { isFullDay, rememberFull } from "../week.ts";
import { removeLeftovers } from "../whole-file.ts";
import { collectItem } from "./item.ts";

/**
 * The collect action: an archive of each file and folder that is due today, in the collect directory, and then the
 * mark by which a master knows that they are whole. A path that cannot be read does not keep the others from it.
 */
export async function collect(context: PoolContext): Promise<void> {
  const { collect: settings } = context.config;
  if (settings === undefined) {
    throw new ActionError("collect: the configuration has no section [collect]");
  }
  const { collectDir, items } = settings;
  refuseUnmounted(collectDir);
  makeFolder(collectDir, context.giveAway);
  removeLeftovers(collectDir);
  // Until the end no master may take what is there for the day's archives.
  removeMark(collectDir, "collect");
  const taken = new Set<string>();
  for (const item of items) {
    await collectDue(context, { item, collectDir, taken });
  }
  setMark(context, collectDir, "collect");
}

async function collectDue(
  context: PoolContext,
  { item, collectDir, taken }: { item: CollectItem; collectDir: string; taken: Set<string> },
): Promise<void> {
  const { startingDay } = context.config.options;
  const thing = `collect ${item.absPath}`;
  const week = { startingDay, lastFull: context.memory.lastFull(thing) };
  const isFull = isFullDay(context.today, { ...week, full: context.full });
  if (item.collectMode === "weekly" && !isFull) {
    context.log.info(`${item.absPath} is collected weekly, and not today`);
    return;
  }
  const isWhole = await collectItem({ context, collectDir, item, isFull, taken });
  if (isWhole) {
    context.memory.setLastFull(thing, rememberFull(context.today, { ...week, wasFull: isFull }));
  }
}
