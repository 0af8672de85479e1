import { UsageError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { localTime } from "../lock/local-time.ts";
import { bytePathFromText, printable, toBuffer } from "../path/byte-path.ts";
import { type FileVersion, type FindResult, findVersions } from "../store/find.ts";
import { listSnapshots, type Snapshot } from "../store/list.ts";
import { formatBytes, plural } from "../units/size.ts";
import { isDamaged } from "./argument-bytes.ts";
import type { StoreReportOptions } from "./common-options.ts";
import { jsonPath } from "./json-path.ts";
import { print, printJson, printNote } from "./output.ts";
import type { FindJson } from "./schema/find.ts";
import { pathFromSource } from "./source-path.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { formatTable, terminalWidth } from "./table.ts";
import { openTarget, type Target } from "./target.ts";
import { requireWords, splitWords } from "./words.ts";

/** `bakup find`: the versions of files over time. */
export async function findFiles(
  words: readonly (string | undefined)[],
  options: StoreReportOptions,
): Promise<ExitCode> {
  const split = splitWords(words, options);
  const usage = "bakup find PROFILE PATTERN";
  const [pattern = ""] = requireWords(split, { least: 1, most: 1, store: options.store, usage });
  if (isDamaged(pattern)) {
    throw new UsageError("the pattern must be UTF-8", { hint: "write ? in place of each byte that is not" });
  }
  const target = await openTarget(split.profile, options);
  const { signal, release } = stopOnSignals();
  try {
    const { snapshots } = listSnapshots(target.store);
    const wanted = patternFromSource(pattern, sourceOf(target, snapshots));
    const result = await findVersions(target.store, snapshots, wanted, signal);
    if (options.json) {
      printJson(toJson({ target, pattern, result }));
    } else {
      printFound(pattern, result);
    }
    return EXIT.done;
  } finally {
    release();
    target.store.close();
  }
}

function sourceOf({ profile }: Target, snapshots: readonly Snapshot[]): string | undefined {
  return snapshots.at(-1)?.record?.source ?? profile?.source.path;
}

/** An absolute pattern names a path of the source; the snapshots begin at its top. */
function patternFromSource(pattern: string, source: string | undefined): string {
  const relative = toBuffer(pathFromSource(bytePathFromText(pattern), source)).toString();
  const isAnchored = pattern.startsWith("/");
  return isAnchored ? `/${relative}` : relative;
}

function printFound(pattern: string, { found, problems }: FindResult): void {
  for (const { path, versions } of found) {
    print(printable(path));
    print(formatTable(versions.map(rowOf), { width: terminalWidth(), right: [2], optional: [4, 3] }));
  }
  for (const { snapshot, reason } of problems) {
    printNote(`bakup: warning: ${snapshot}: ${reason}`);
  }
  if (found.length === 0) {
    printNote(`no snapshot has "${pattern}"`);
  }
}

function rowOf({ first, last, count, type, size, mtime, mode }: FileVersion): string[] {
  const where = count === 1 ? `in ${first}` : `in ${plural(count, "snapshot")}, ${first} to ${last}`;
  return ["", localTime(new Date(mtime)), formatBytes(size), octal(mode), type, where];
}

function toJson({ target, pattern, result }: { target: Target; pattern: string; result: FindResult }): FindJson {
  return {
    profile: target.profile?.name ?? null,
    store: target.store.path,
    pattern,
    found: result.found.map(({ path, versions }) => ({
      ...jsonPath(path),
      versions: versions.map(({ mode, ...version }) => ({ ...version, mode: octal(mode) })),
    })),
    problems: result.problems,
  };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
