import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, shell } from "../integration/file-system.ts";
import { PYTHON } from "../python.ts";
import { nextSecond, startBakup } from "../run/child.ts";

const CHECKER = fileURLToPath(new URL("check_store.py", import.meta.url));

/** A store with some history, a source that has changed since, and what each snapshot must hold whatever happens. */
export interface Scene {
  top: string;
  source: string;
  store: string;
  expected: string;
}

/** Where everything of a scene lies below a folder. */
function sceneIn(top: string): Scene {
  return { top, source: join(top, "source"), store: join(top, "store"), expected: join(top, "expected.json") };
}

/**
 * A small store that gives the next run work of every kind: contents, attributes of shared inodes, links, new and
 * deleted files and folders, a spare to refresh, one snapshot to become the spare and two for the trash. A dead lock of another machine must be overcome, too.
 */
export async function makeScene(top: string, { newFiles = 0 } = {}): Promise<Scene> {
  const scene = sceneIn(top);
  mkdirSync(scene.source, { recursive: true });
  mkdirSync(scene.store);
  shell(
    scene.source,
    `mkdir -p a/b gone; for f in same edited shorter mode owner xattr link-1 a/same a/b/deep gone/1 gone/2; do echo "$f" > "$f"; done
     ln link-1 a/link-2; ln -s edited symlink; ln -s nowhere a/dangling; mkdir empty`,
  );
  for (const options of [
    ["-b", "-s"],
    ["-b", "-s"],
    ["-b", "-s", "-r"],
    ["-b", "-s"],
    ["-b", "-s"],
    ["-b", "-s"],
  ]) {
    await nextSecond();
    shell(scene.source, "date +%N > edited; date +%N > a/b/deep; mkdir -p folders; mktemp folders/XXXXXX > /dev/null");
    const { code, stderr } = await backUp(scene, { options });
    if (code !== 0) {
      throw new Error(stderr);
    }
  }
  shell(
    scene.source,
    `echo new contents > edited; truncate -s 3 shorter; chmod 4750 mode; chown 1234:5678 owner; setfattr -n user.x -v y xattr
     chmod 600 link-1; rm -r gone folders; mkdir -p new/er; echo new > new/er/file; ln a/same new/link; ln -sfn same symlink
     for i in $(seq ${newFiles}); do head -c 9000 /dev/urandom > new/$i; done
     rmdir empty; echo a file now > empty; mv a/b a/moved`,
  );
  leaveDeadLock(join(scene.store, ".bakup"));
  const names = readdirSync(scene.store).filter((name) => /^\d/.test(name));
  const snapshots = Object.fromEntries(names.map((name) => [name, describe(join(scene.store, name))]));
  writeFileSync(scene.expected, JSON.stringify({ snapshots, new: describe(scene.source) }));
  // What runs next needs a name of its own for its snapshot.
  await nextSecond();
  return scene;
}

/** Another machine was cut off while it used the store, long ago. */
function leaveDeadLock(metadata: string): void {
  mkdirSync(join(metadata, "run.lock"));
  utimesSync(join(metadata, "run.lock"), 1e9, 1e9);
  const holder = {
    host: "attic",
    machineId: "f".repeat(32),
    bootId: "",
    pid: 1,
    ticks: "1",
    since: "2001-09-09T01:46:40Z",
  };
  writeFileSync(join(metadata, "run.json"), JSON.stringify(holder));
}

/** A copy of a scene that may be destroyed; hard links and all attributes are kept. */
export function copyScene(scene: Scene, top: string): Scene {
  const copy = sceneIn(top);
  mkdirSync(top);
  run("cp", ["-a", scene.source, scene.store, top]);
  cpSync(scene.expected, copy.expected);
  return copy;
}

export function stateOf(scene: Scene): NodeJS.ProcessEnv {
  return { STATE_DIRECTORY: join(scene.top, "state") };
}

export function backupArguments(scene: Scene, options: readonly string[] = []): string[] {
  return [
    "backup",
    "--disable-notifications",
    "--log-format",
    "human",
    ...options,
    scene.source,
    join(scene.store, "latest"),
  ];
}

/** An ordinary run. */
export function backUp(scene: Scene, { options = [] as readonly string[], env = {} as NodeJS.ProcessEnv } = {}) {
  return startBakup(backupArguments(scene, options), { env: { ...stateOf(scene), ...env } }).ended;
}

/** The promises that a store breaks; `settled` after a run that ended well. */
export function brokenPromises(scene: Scene, { settled }: { settled: boolean }): string[] {
  const args = [CHECKER, "check", scene.store, scene.expected, settled ? "yes" : "no"];
  const output = execFileSync(PYTHON, args, { encoding: "utf8" });
  return output.split("\n").filter((line) => line !== "");
}

function describe(folder: string): unknown {
  return JSON.parse(execFileSync(PYTHON, [CHECKER, "describe", folder], { encoding: "utf8" }));
}
