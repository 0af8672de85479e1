import { describeError } from "../../errors/describe.ts";
import { weekStart } from "../calendar.ts";
import type { PoolConfig } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { chooseDay, stagedDaysOfWeek } from "./choose-day.ts";
import { storeOnDisc } from "./discs.ts";

/** The store action: a staged day goes onto the disc, into S3, or both. When one of the two fails the other is still tried. */
export async function store(context: PoolContext): Promise<void> {
  const { store: discs } = context.config;
  const uploads = storeUploads(context.config);
  if (discs === undefined && !uploads) {
    throw new ActionError("store: the configuration has neither [store] nor [s3]");
  }
  const ways: (() => Promise<void>)[] = [
    ...(discs === undefined
      ? []
      : [
          async () => {
            const { sourceDir, warnMidnite } = discs;
            const day = chooseDay(context, { sourceDir, mark: "store", warnMidnite });
            await storeOnDisc(context, discs, { days: [day], forceNew: context.full });
          },
        ]),
    ...(uploads ? [() => storeInS3(context)] : []),
  ];
  await eachWay(context, ways);
}

/** Whether the action store uploads: it does not where an extension is configured that does. Pure. */
export function storeUploads({ s3, extensions }: PoolConfig): boolean {
  return s3 !== undefined && !extensions.some(({ type }) => type === "amazons3");
}

/** The action amazons3: the same, for S3 alone. */
export async function storeInS3(context: PoolContext): Promise<void> {
  const { s3 } = context.config;
  if (s3 === undefined) {
    throw new ActionError("amazons3: the configuration has no section [s3]");
  }
  const { sourceDir, warnMidnite } = s3;
  const day = chooseDay(context, { sourceDir, mark: "amazons3", warnMidnite });
  const { uploadDays } = await import("../s3/upload-days.ts");
  await uploadDays(context, s3, { days: [day], removesOld: true });
}

/** The rebuild action: all staged days of this week onto a new disc, and into S3 what is not there as it should be. */
export async function rebuild(context: PoolContext): Promise<void> {
  const { store: discs, s3, options } = context.config;
  const sourceDir = discs?.sourceDir ?? s3?.sourceDir;
  if (sourceDir === undefined) {
    throw new ActionError("rebuild: the configuration has neither [store] nor [s3]");
  }
  const from = weekStart(context.today, options.startingDay);
  const days = stagedDaysOfWeek(sourceDir, { from, today: context.today });
  if (days.length === 0) {
    throw new ActionError(`there are no staged days since ${from} in ${sourceDir}`);
  }
  await eachWay(context, [
    ...(discs === undefined ? [] : [() => storeOnDisc(context, discs, { days, forceNew: true })]),
    ...(s3 === undefined
      ? []
      : [
          async () => {
            const { uploadDays } = await import("../s3/upload-days.ts");
            await uploadDays(context, s3, { days, removesOld: false });
          },
        ]),
  ]);
}

/** Each way is tried; the first error is thrown at the end, and the others are reported. */
async function eachWay(context: PoolContext, ways: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const way of ways) {
    await way().catch((error: unknown) => errors.push(error));
  }
  for (const error of errors.slice(1)) {
    context.problem(describeError(error));
  }
  if (errors.length > 0) {
    throw errors[0];
  }
}
