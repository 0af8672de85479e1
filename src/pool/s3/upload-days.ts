import { formatBytes, plural } from "../../units/size.ts";
import type { PoolConfig } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { setMark } from "../marks.ts";
import { sha256OfFile } from "../sha256.ts";
import type { StagedDay } from "../store/choose-day.ts";
import { isFullDay, rememberFull } from "../week.ts";
import { type Bucket, openBucket } from "./bucket.ts";
import { withEncrypted } from "./encrypted.ts";
import { listStagedFiles, type StagedFile } from "./list-files.ts";

type Settings = NonNullable<PoolConfig["s3"]>;

/** What the memory calls the week's first upload. */
const THING = "amazons3";

/**
 * Brings staged days into the bucket. Each file is uploaded, unless it is there already, and then verified.
 * @param removesOld whether, when all of a day is there, what the day does not have any more goes from the bucket:
 * never where old files may have been purged from the staging directory.
 */
export async function uploadDays(
  context: PoolContext,
  settings: Settings,
  { days, removesOld }: { days: readonly StagedDay[]; removesOld: boolean },
): Promise<void> {
  const { startingDay } = context.config.options;
  const week = { startingDay, lastFull: context.memory.lastFull(THING) };
  const isFull = isFullDay(context.today, { ...week, full: context.full });
  requireWithinLimit(isFull ? settings.fullSizeLimit : settings.incrSizeLimit, days);
  const bucket = await openBucket(settings, context.signal);
  try {
    for (const day of days) {
      await uploadDay(context, { settings, bucket, day, removesOld });
      setMark(context, day.dir, "amazons3");
    }
    context.memory.setLastFull(THING, rememberFull(context.today, { ...week, wasFull: isFull }));
  } finally {
    bucket.close();
  }
}

/** Before anything is sent: nobody wants to learn of this from the bill. */
function requireWithinLimit(limitBytes: number | undefined, days: readonly StagedDay[]): void {
  const files = days.flatMap(({ dir }) => listStagedFiles(dir));
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (limitBytes !== undefined && bytes > limitBytes) {
    throw new ActionError(`${formatBytes(bytes)} are to be uploaded, but the limit is ${formatBytes(limitBytes)}`, {
      hint: "nothing was uploaded; see full_size_limit and incr_size_limit in [s3]",
    });
  }
}

interface DayTask {
  settings: Settings;
  bucket: Bucket;
  day: StagedDay;
  removesOld: boolean;
}

async function uploadDay(context: PoolContext, task: DayTask): Promise<void> {
  const { settings, bucket, day, removesOld } = task;
  const folder = settings.s3Bucket.split("/").slice(1).join("/");
  const prefix = `${folder === "" ? "" : `${folder}/`}${day.day}/`;
  const unfinished = await bucket.removeUnfinished(prefix);
  if (unfinished > 0) {
    context.log.info(`removed ${plural(unfinished, "unfinished upload")} of an earlier run`);
  }
  const before = await bucket.list(prefix);
  const files = listStagedFiles(day.dir);
  for (const file of files) {
    const key = `${prefix}${file.name}`;
    await withEncrypted(context, { file, command: settings.encryptCommand }, (ready) =>
      bring(context, task, { key, file: ready, isThere: before.includes(key) }),
    );
  }
  const wanted = new Set(files.map(({ name }) => `${prefix}${name}`));
  for (const key of removesOld ? before.filter((key) => !wanted.has(key)) : []) {
    await bucket.remove(key);
    context.log.info(`removed ${key} from the bucket: the day has it no more`);
  }
  context.log.info(`stored ${day.dir} in S3 bucket ${settings.s3Bucket}, ${plural(files.length, "file")}`);
}

async function bring(
  context: PoolContext,
  { settings, bucket }: DayTask,
  { key, file, isThere }: { key: string; file: StagedFile; isThere: boolean },
): Promise<void> {
  const sha256 = await sha256OfFile(file.path);
  const found = isThere ? await bucket.look(key) : undefined;
  if (found?.sha256 === sha256 && found.sizeBytes === file.sizeBytes) {
    if (!settings.checkData || (await bucket.readSha256(key)) === sha256) {
      context.log.info(`${key} is in the bucket already`);
      return;
    }
    context.log.warning(`${key} in the bucket is not what was uploaded; it is uploaded again`);
  }
  await bucket.upload({ key, file: file.path, sizeBytes: file.sizeBytes, sha256 });
  await verify(bucket, key, { sha256, sizeBytes: file.sizeBytes, reads: settings.checkData });
  context.log.info(`uploaded ${key}, ${formatBytes(file.sizeBytes)}`);
}

/** @throws ActionError when the bucket does not hold what was sent. */
async function verify(
  bucket: Bucket,
  key: string,
  { sha256, sizeBytes, reads }: { sha256: string; sizeBytes: number; reads: boolean },
): Promise<void> {
  const found = await bucket.look(key);
  const is = found?.sizeBytes !== sizeBytes ? undefined : reads ? await bucket.readSha256(key) : found.sha256;
  if (is !== sha256) {
    throw new ActionError(`${key} in the bucket is not what was uploaded`, {
      hint: "what the day had before was left in the bucket; try again",
    });
  }
}
