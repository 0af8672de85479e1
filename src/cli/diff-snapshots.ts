import { existsSync } from "node:fs";
import { StoreError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { printable } from "../path/byte-path.ts";
import { type Diff, type DiffEntry, type DiffKind, diffTrees } from "../store/diff.ts";
import { inStore, type Store } from "../store/layout.ts";
import { findSnapshot } from "../store/list.ts";
import type { StoreReportOptions } from "./common-options.ts";
import { jsonPath } from "./json-path.ts";
import { print, printJson, printNote } from "./output.ts";
import type { DiffJson } from "./schema/diff.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { openTarget, type Target } from "./target.ts";
import { requireWords, splitWords } from "./words.ts";

const KINDS: readonly DiffKind[] = ["created", "deleted", "content", "attributes", "type"];
const WIDEST_KIND = Math.max(...KINDS.map((kind) => kind.length));

/** `bakup diff`: what changed between two snapshots, or since one. */
export async function diffSnapshots(
  words: readonly (string | undefined)[],
  options: StoreReportOptions,
): Promise<ExitCode> {
  const split = splitWords(words, options);
  const usage = "bakup diff PROFILE A [B]";
  const [a = "", b] = requireWords(split, { least: 1, most: 2, store: options.store, usage });
  const target = await openTarget(split.profile, options);
  const { signal, release } = stopOnSignals();
  try {
    const { store } = target;
    const from = findSnapshot(store, a).name;
    const to = b === undefined ? requireMirror(store) : findSnapshot(store, b).name;
    const diff = await diffTrees(inStore(store, from), inStore(store, to), { signal });
    if (options.json) {
      printJson(toJson({ target, from, to, diff }));
    } else {
      printDiff(diff, options);
    }
    return EXIT.done;
  } finally {
    release();
    target.store.close();
  }
}

function requireMirror(store: Store): string {
  if (!existsSync(inStore(store, store.mirror))) {
    throw new StoreError(`there is no mirror ${store.mirror} in ${store.path}`, { hint: "name a second snapshot" });
  }
  return store.mirror;
}

function printDiff({ entries, problems }: Diff, { verbose }: StoreReportOptions): void {
  for (const { path, kind, code, directory } of entries) {
    const letters = verbose > 0 ? `${code.padEnd(11)}  ` : "";
    print(`${kind.padEnd(WIDEST_KIND)}  ${letters}${printable(path)}${directory ? "/" : ""}`);
  }
  for (const { path, reason } of problems) {
    printNote(`bakup: warning: cannot compare "${printable(path)}": ${reason}`);
  }
  const counts = countKinds(entries);
  const parts = KINDS.flatMap((kind) => (counts[kind] === 0 ? [] : [`${counts[kind]} ${kind}`]));
  printNote(parts.length === 0 ? "no differences" : parts.join(", "));
}

function countKinds(entries: readonly DiffEntry[]): Record<DiffKind, number> {
  const counts: Record<DiffKind, number> = { created: 0, deleted: 0, content: 0, attributes: 0, type: 0 };
  for (const { kind } of entries) {
    counts[kind] += 1;
  }
  return counts;
}

interface Comparison {
  target: Target;
  from: string;
  to: string;
  diff: Diff;
}

function toJson({ target, from, to, diff }: Comparison): DiffJson {
  return {
    profile: target.profile?.name ?? null,
    store: target.store.path,
    from,
    to,
    counts: countKinds(diff.entries),
    entries: diff.entries.map(({ path, length, ...entry }) => ({ ...jsonPath(path), ...entry, bytes: length })),
    problems: diff.problems.map(({ path, reason }) => ({ ...jsonPath(path), reason })),
  };
}
