import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "./find-program.ts";
import { run, succeed } from "./measure.ts";

/** File systems that the bench can make for itself, and how. An ext4 must not go on with its making while it is used. */
export const FILE_SYSTEMS = {
  ext4: { make: ["-q", "-F", "-i", "8192"], mount: "loop,noinit_itable" },
  xfs: { make: ["-q", "-m", "reflink=1"], mount: "loop" },
  btrfs: { make: ["-q"], mount: "loop" },
} as const;

export type FileSystemType = keyof typeof FILE_SYSTEMS;

const MIB = 1024 * 1024;
const SMALLEST_BYTES = 4096 * MIB;
const BYTES_PER_FILE = 16 * 1024;

/** A file system of its own in a file that has holes, so it takes only what is written into it. */
export interface Image {
  /** Where it is mounted. */
  path: string;
  remove(): Promise<void>;
}

/** Needs root and a loop device. `copies` is how many trees of so many files it must have room for. @throws Error */
export async function mountImage(
  folder: string,
  { type, files, copies, signal }: { type: FileSystemType; files: number; copies: number; signal: AbortSignal },
): Promise<Image> {
  const mkfs = `mkfs.${type}`;
  if (findProgram(mkfs) === undefined) {
    throw new Error(`there is no ${mkfs}, which --fs ${type} needs`);
  }
  const [file, path] = [join(folder, `${type}-${files}.image`), join(folder, `${type}-${files}`)];
  const { make, mount } = FILE_SYSTEMS[type];
  writeFileSync(file, "");
  truncateSync(file, SMALLEST_BYTES + Math.ceil((files * copies * BYTES_PER_FILE) / MIB) * MIB);
  await succeed({ file: mkfs, args: [...make, file] }, signal);
  mkdirSync(path);
  await succeed({ file: "mount", args: ["-o", mount, file, path] }, signal);
  return {
    path,
    remove: async () => {
      await run({ file: "sh", args: ["-c", UNMOUNT, "sh", path] });
      await run({ file: "rm", args: ["-f", file] });
    },
  };
}

/** What has just been stopped may hold it a moment longer. */
const UNMOUNT = 'for i in 1 2 3 4 5; do umount "$1" && exit; sleep 0.5; done; umount --lazy "$1"';
