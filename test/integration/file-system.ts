import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { keepStateIn } from "../run/make-job.ts";

export type FileSystemType = "ext4" | "xfs" | "btrfs";

const MKFS: Readonly<Record<FileSystemType, readonly string[]>> = {
  ext4: ["-q", "-F"],
  xfs: ["-q", "-m", "reflink=1"],
  btrfs: ["-q"],
};

/** A real file system in an image, mounted below a folder that goes away with the test. */
export interface FileSystem {
  /** Holds everything of this file system; itself on the machine's own. */
  top: string;
  /** Where it is mounted. */
  path: string;
  unmount(): void;
  mount(options?: string): void;
}

/**
 * Makes and mounts a file system; bakup's state lies beside it. Needs root and loop devices: without them the test
 * fails, because nothing else can stand in for a file system.
 */
export function makeFileSystem(
  test: TestContext,
  type: FileSystemType,
  { mebibytes = 1024, options = [] }: { mebibytes?: number; options?: readonly string[] } = {},
): FileSystem {
  const top = mkdtempSync(join(tmpdir(), "bakup-disk-"));
  keepStateIn(test, join(top, "state"));
  const [image, path] = [join(top, "image"), join(top, "disk")];
  mkdirSync(path);
  let mounted = false;
  const fileSystem: FileSystem = {
    top,
    path,
    mount: (more = "defaults") => {
      run("mount", ["-o", `loop,${more}`, image, path]);
      mounted = true;
    },
    unmount: () => {
      // What is mounted from an image in it may live on in a namespace that a test beside this one has just made.
      run("sh", [
        "-c",
        'for i in 1 2 3 4 5; do umount "$1" 2>/dev/null && exit; sleep 0.2; done; umount --lazy "$1"',
        "sh",
        path,
      ]);
      mounted = false;
    },
  };
  test.after(() => {
    if (mounted) {
      fileSystem.unmount();
    }
    rmSync(top, { recursive: true, force: true });
  });
  run("truncate", ["--size", `${mebibytes}M`, image]);
  run(`mkfs.${type}`, [...MKFS[type], ...options, image]);
  fileSystem.mount();
  return fileSystem;
}

/** Runs a program that must succeed. @returns what it printed. */
export function run(file: string, args: readonly string[], options: { cwd?: string } = {}): string {
  return execFileSync(file, args, {
    ...options,
    env: { ...process.env, LC_ALL: "C" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 28,
  });
}

/** Runs a piece of bash that must succeed, in a folder. */
export function shell(folder: string, script: string): string {
  return run("bash", ["-euo", "pipefail", "-c", script], { cwd: folder });
}
