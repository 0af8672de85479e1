import { chmodSync, renameSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type Random, seededRandom } from "./random.ts";
import { type FileEntry, planFile, type TreeEntry, writeFile } from "./tree.ts";

/** What happens to a tree between two backups. */
export type Change =
  | { kind: "edit" | "create"; file: FileEntry }
  | { kind: "chmod"; path: string; mode: number }
  | { kind: "rename"; path: string; to: string }
  | { kind: "delete"; path: string };

/** Of a hundred changes, so many are of each kind. */
const SHARES: readonly [Change["kind"], number][] = [
  ["edit", 50],
  ["create", 15],
  ["chmod", 10],
  ["rename", 15],
  ["delete", 10],
];

/**
 * Changes to a share of the plain files, no file twice; the same for the same tree and seed. A file that others link
 * stays as it is.
 * @returns the changes, and the tree that they lead to.
 */
export function planChanges(
  entries: readonly TreeEntry[],
  { share, seed }: { share: number; seed: number },
): { changes: Change[]; after: TreeEntry[] } {
  const random = seededRandom(seed);
  const linked = new Set(entries.flatMap((entry) => (entry.kind === "hardlink" ? [entry.target] : [])));
  const files = entries.filter((entry): entry is FileEntry => entry.kind === "file" && !linked.has(entry.path));
  const after = new Map(entries.map((entry) => [entry.path, entry]));
  const changes: Change[] = [];
  for (let count = Math.round(files.length * share); count > 0; count -= 1) {
    const file = takeOne(files, random);
    if (file === undefined) {
      break;
    }
    const change = changeOf(file, { random, seed });
    changes.push(change);
    record(after, file, change);
  }
  return { changes, after: [...after.values()] };
}

/** The last one takes its place, so that nothing else moves. */
function takeOne(files: FileEntry[], random: Random): FileEntry | undefined {
  const index = random.below(files.length);
  const [taken, last] = [files[index], files.pop()];
  if (last !== undefined && index < files.length) {
    files[index] = last;
  }
  return taken;
}

function changeOf(file: FileEntry, { random, seed }: { random: Random; seed: number }): Change {
  const kind = pickKind(random.below(100));
  const modified = file.modified + 1 + seed;
  switch (kind) {
    case "edit":
      return { kind, file: { ...file, bytes: file.bytes + 1 + random.below(1024), modified } };
    case "create":
      return { kind, file: { ...planFile(random, `${file.path}.new-${seed}`), modified } };
    case "chmod":
      return { kind, path: file.path, mode: file.mode ^ 0o040 };
    case "rename":
      return { kind, path: file.path, to: `${file.path}.moved-${seed}` };
    case "delete":
      return { kind, path: file.path };
  }
}

function pickKind(percent: number): Change["kind"] {
  let rest = percent;
  for (const [kind, share] of SHARES) {
    if (rest < share) {
      return kind;
    }
    rest -= share;
  }
  return "edit";
}

function record(after: Map<string, TreeEntry>, file: FileEntry, change: Change): void {
  switch (change.kind) {
    case "edit":
    case "create":
      after.set(change.file.path, change.file);
      break;
    case "chmod":
      after.set(file.path, { ...file, mode: change.mode });
      break;
    case "rename":
      after.delete(file.path);
      after.set(change.to, { ...file, path: change.to });
      break;
    case "delete":
      after.delete(file.path);
  }
}

export function applyChanges(folder: string, changes: readonly Change[]): void {
  for (const change of changes) {
    switch (change.kind) {
      case "edit":
      case "create":
        writeFile(folder, change.file);
        break;
      case "chmod":
        chmodSync(join(folder, change.path), change.mode);
        break;
      case "rename":
        renameSync(join(folder, change.path), join(folder, change.to));
        break;
      case "delete":
        unlinkSync(join(folder, change.path));
    }
  }
}
