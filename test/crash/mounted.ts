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
    // What was killed while it waited for a slow disk ends when that answers.
    shell("/", `for i in $(seq 600); do umount '${on}' 2> /dev/null && exit 0; sleep 0.1; done; umount '${on}'`);
  }
}
