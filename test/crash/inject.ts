import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBakup } from "../run/child.ts";
import { backupArguments, type Scene, stateOf } from "./scene.ts";

/** One system call of a run: the `when`-th of this name in the thread that does bakup's work. */
export interface Call {
  name: string;
  when: number;
  text: string;
}

const WATCHED = [
  "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir",
  "openat,write,pwrite64,ftruncate,fsync,fdatasync,chmod,fchmod,fchmodat,lchown,chown,fchownat,utimensat",
  "getdents64,copy_file_range,ioctl",
].join();

/** Calls that change something, or that may be told that something was read or written. */
const CHANGES =
  /^(re|un)?(name|link)|^(sym)?link|^mkdir|^rmdir|^p?write|^f?truncate|^f(data)?sync|ch(mod|own)|^utimens/;

/**
 * The system calls on a store that a whole run makes: those that change it, in order, and with `reads` also each
 * opening and reading of a folder or file there.
 */
export async function callsOnStore(scene: Scene, { reads }: { reads: boolean }): Promise<Call[]> {
  const file = join(scene.top, "calls");
  const options = ["-y", "-o", file, "-e", `trace=${WATCHED}`];
  const { code, stderr } = await startTraced(scene, options).ended;
  if (code !== 0) {
    throw new Error(stderr);
  }
  const seen = new Map<string, number>();
  const store = execFileSync("realpath", [scene.store], { encoding: "utf8" }).trim();
  return readFileSync(file, "latin1")
    .split("\n")
    .flatMap((text) => {
      const name = /^(\w+)\(/.exec(text)?.[1];
      if (name === undefined) {
        return [];
      }
      const when = (seen.get(name) ?? 0) + 1;
      seen.set(name, when);
      const isOnStore = text.includes(store) || /"\/proc\/\d+\/fd\/\d+\//.test(text);
      const counts = CHANGES.test(name) || /O_CREAT/.test(text) || reads;
      return isOnStore && counts ? [{ name, when, text }] : [];
    });
}

/** A run in which one system call fails with an error, or is the last thing that happens. */
export function startInjected(scene: Scene, { name, when }: Call, injection: string) {
  return startTraced(scene, [
    "-o",
    "/dev/null",
    "-e",
    `trace=${name}`,
    "-e",
    `inject=${name}:${injection}:when=${when}`,
  ]);
}

function startTraced(scene: Scene, options: readonly string[]) {
  const before = ["strace", "--quiet=all", ...options];
  return startBakup(backupArguments(scene), { env: stateOf(scene), before, detached: true });
}

/**
 * The programs that bakup starts, such that the `when`-th call of one kind in `program` is the last thing that happens
 * to them all: when it is killed, the one that started it dies with it.
 */
export function deadlyProgram(scene: Scene, program: string, { name, when }: { name: string; when: number }) {
  const folder = join(scene.top, "deadly");
  const real = execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();
  mkdirSync(folder);
  const inject = `inject=${name}:signal=SIGKILL:when=${when}`;
  writeFileSync(
    join(folder, program),
    `#!/bin/sh
strace --quiet=all -f -o '${folder}/trace' -e 'trace=${name}' -e '${inject}' '${real}' "$@"
code=$?
if grep -q 'killed by SIGKILL' '${folder}/trace'; then : > '${folder}/struck'; kill -9 "$PPID"; fi
exit $code
`,
    { mode: 0o755 },
  );
  return { env: { PATH: `${folder}:${process.env.PATH}` }, struck: join(folder, "struck") };
}
