import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "../../errors/describe.ts";
import { bytePathFromText } from "../../path/byte-path.ts";
import { normalisedName } from "../collect/archive-name.ts";
import { createExcludes } from "../collect/excludes.ts";
import type { Repository } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { requireTool } from "../tool.ts";
import { isFullDay, rememberFull } from "../week.ts";
import { writeWhole } from "../whole-file.ts";
import { writeDump } from "./dump.ts";

/** The extension subversion: the revisions of each repository, all of them or those since the last dump. */
export async function dumpSubversion(context: PoolContext): Promise<void> {
  for (const repository of context.config.repositories) {
    for (const path of pathsOf(context, repository)) {
      try {
        await dumpRepository(context, repository, path);
      } catch (error) {
        context.signal.throwIfAborted();
        context.problem(`no dump of the repository ${path}: ${describeError(error)}`);
      }
    }
  }
}

function pathsOf(context: PoolContext, { absPath, isParent, excludePaths, excludePatterns }: Repository): string[] {
  if (!isParent) {
    return [absPath];
  }
  const isExcluded = createExcludes(excludePaths, excludePatterns);
  try {
    return readdirSync(absPath, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(absPath, name))
      .filter((path) => !isExcluded(bytePathFromText(path)))
      .sort();
  } catch (error) {
    context.problem(`no dumps of the repositories in ${absPath}: ${describeError(error)}`);
    return [];
  }
}

async function dumpRepository(context: PoolContext, repository: Repository, path: string): Promise<void> {
  const { startingDay, workingDir } = context.config.options;
  const thing = `subversion ${path}`;
  const week = { startingDay, lastFull: context.memory.lastFull(thing) };
  const isFull = isFullDay(context.today, { ...week, full: context.full });
  if (repository.collectMode === "weekly" && !isFull) {
    context.log.info(`${path} is dumped weekly, and not today`);
    return;
  }
  const name = normalisedName(path);
  const lastFile = join(workingDir, `${name}.svnlast`);
  const first = repository.collectMode === "incr" && !isFull ? readRevision(lastFile) + 1 : 0;
  const youngest = Number((await requireTool(context, ["svnlook", "youngest", path])).stdout.toString().trim());
  if (first > youngest) {
    context.log.info(`${path} has no new revision since ${youngest}`);
    return;
  }
  await writeDump(context, {
    name: `svndump-${first}:${youngest}-${name}.txt`,
    compressMode: repository.compressMode,
    command: ["svnadmin", "dump", "--quiet", `-r${first}:${youngest}`, "--incremental", path],
  });
  if (repository.collectMode === "incr") {
    writeWhole(lastFile, `${youngest}\n`);
  }
  context.memory.setLastFull(thing, rememberFull(context.today, { ...week, wasFull: isFull }));
}

/** -1 when nothing is known: then everything is dumped. */
function readRevision(file: string): number {
  try {
    const text = readFileSync(file, "utf8").trim();
    return /^\d+$/.test(text) ? Number(text) : -1;
  } catch {
    return -1;
  }
}
