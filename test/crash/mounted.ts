import { type FileSystemType, run, shell } from "../integration/file-system.ts";

/** Does some work while a disk's image, which may be a copy of one that is mounted elsewhere, is mounted on a folder. */
export async function whileMounted(
  { type, image, on }: { type: FileSystemType; image: string; on: string },
  work: () => Promise<void>,
): Promise<void> {
  run("mount", ["-o", type === "xfs" ? "loop,nouuid" : "loop", image, on]);
  try {
    await work();
  } finally {
    shell("/", `for i in $(seq 50); do umount '${on}' && exit 0; sleep 0.1; done; exit 1`);
  }
}
