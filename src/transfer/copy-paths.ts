import { linkSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { TransferError } from "../errors/errors.ts";
import type { Beneath } from "../path/beneath.ts";
import type { BytePath } from "../path/byte-path.ts";
import { tryLink } from "../path/try-link.ts";
import { type CommandResult, firstComplaint, runCommand } from "../process/command.ts";
import { nulSeparated } from "../process/lines.ts";
import { plural } from "../units/size.ts";
import type { RsyncContext } from "./rsync.ts";

/**
 * Copies single files, links and devices of a tree with everything they have into a folder, which is made and which
 * nobody else may enter; blocks are shared where the file system can, and paths of one inode become links of one copy.
 * cp looks for each file by its name, so it is shown names that we gave: somebody who can write a folder of the tree
 * could put a link in its place, and have us copy what lies elsewhere.
 * @returns the copies' paths, in the order of `paths`.
 * @throws TransferError with cp's first complaint; the system's error for a path that is not in the tree.
 */
export async function copyPaths(
  tree: Beneath,
  paths: readonly BytePath[],
  { into, context }: { into: string; context: Pick<RsyncContext, "signal" | "inheritFds"> },
): Promise<string[]> {
  const named = `${into}/named`;
  mkdirSync(into, { mode: 0o700 });
  mkdirSync(named, { mode: 0o700 });
  try {
    const { copies, linked, unlinkable } = nameInodes(tree, paths, named);
    const end = await cp(["--target-directory=..", "--"], { names: linked, cwd: named, context });
    check(end, paths.length, context);
    for (const { path, name } of unlinkable) {
      const one = [tree.place(path).toString("latin1"), name];
      check(await cp(["--no-target-directory", "--"], { names: one, cwd: into, context }), 1, context);
    }
    return copies.map((name, index) => {
      if (name !== String(index)) {
        linkSync(`${into}/${name}`, `${into}/${index}`);
      }
      return `${into}/${index}`;
    });
  } finally {
    rmSync(named, { recursive: true, force: true });
  }
}

interface Named {
  /** For each path the name of the copy of its inode. */
  copies: string[];
  linked: string[];
  unlinkable: { path: BytePath; name: string }[];
}

/**
 * Gives each inode one more name, in a folder of our own: the number of its first path.
 * @throws the system's error for a path that is not there, or leads through a link.
 */
function nameInodes(tree: Beneath, paths: readonly BytePath[], folder: string): Named {
  const names = new Map<bigint, string>();
  const named: Named = { copies: [], linked: [], unlinkable: [] };
  for (const [index, path] of paths.entries()) {
    const { ino } = lstatSync(tree.place(path), { bigint: true });
    const name = names.get(ino) ?? String(index);
    named.copies.push(name);
    if (names.has(ino)) {
      continue;
    }
    names.set(ino, name);
    if (tryLink(tree.place(path), `${folder}/${name}`)) {
      named.linked.push(name);
    } else {
      named.unlinkable.push({ path, name });
    }
  }
  return named;
}

interface Copying {
  names: readonly string[];
  cwd: string;
  context: Pick<RsyncContext, "signal" | "inheritFds">;
}

async function cp(args: readonly string[], { names, cwd, context }: Copying): Promise<CommandResult> {
  const copy = ["cp", "--archive", "--reflink=auto", ...args];
  return runCommand("xargs", ["--null", "--no-run-if-empty", ...copy], {
    cwd,
    input: nulSeparated(names),
    signal: context.signal,
    inheritFds: context.inheritFds ?? [],
  });
}

function check(result: CommandResult, count: number, { signal }: Copying["context"]): void {
  signal?.throwIfAborted();
  if (result.exitCode !== 0) {
    throw new TransferError(`cannot copy ${plural(count, "file")}: ${firstComplaint(result)}`, {
      hint: "is the backup disk full?",
    });
  }
}
