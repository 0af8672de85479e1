import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { cached } from "../image/cached.ts";
import { startGuest } from "./guest.ts";
import type { GuestImage } from "./image.ts";
import { describeMachine } from "./machine.ts";
import type { Monitor } from "./monitor.ts";

/** Touches what tests use, so that it is in the memory that is saved. */
const WARM_UP = `
systemctl is-system-running --wait || systemctl --failed
sync
echo 3 > /proc/sys/vm/drop_caches
busctl call org.freedesktop.UDisks2 /org/freedesktop/UDisks2/Manager org.freedesktop.DBus.Peer Ping
node -e 0
rsync --version
cryptsetup --version
modprobe --all dm_crypt xts dm_flakey
sync
`;

/** A guest that has booted and waits, in a folder: its memory (\`state\`) and its root disk. */
export async function warmState(image: GuestImage): Promise<string> {
  return cached("warm", [image.folder, WARM_UP, ...describeMachine(image)], async (folder) => {
    const guest = await startGuest(image, { base: image.disk });
    try {
      await guest.sh(WARM_UP);
      await guest.monitor("stop");
      await guest.monitor("migrate-set-parameters", { "max-bandwidth": 10 * 1024 ** 3 });
      await guest.monitor("migrate", { uri: `exec:cat > '${join(folder, "state")}'` });
      await migrated(guest.monitor);
      execFileSync("mv", [join(guest.folder, "root.qcow2"), folder]);
    } finally {
      await guest.end();
    }
  });
}

async function migrated(monitor: Monitor): Promise<void> {
  for (;;) {
    const { status } = (await monitor("query-migrate")) as { status: string };
    if (status === "completed") {
      return;
    }
    if (status === "failed") {
      throw new Error("qemu could not save the guest's state");
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
