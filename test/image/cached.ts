import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";

const CACHE = process.env.BAKUP_TEST_CACHE ?? "/var/cache/bakup-tests";
const KEPT_DAYS = 14;

/**
 * A folder that takes long to make, kept outside the checkout for the next time. It is made again when one of `inputs`
 * (whatever decides what is in it) has changed, by one process at a time; what nobody has used for two weeks goes.
 */
export async function cached(
  name: string,
  inputs: readonly string[],
  make: (folder: string) => void | Promise<void>,
): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const key = createHash("sha256").update(inputs.join("\0")).digest("hex").slice(0, 16);
  const folder = join(CACHE, `${name}-${key}`);
  const release = await takeTurn(join(CACHE, `${name}.lock`));
  try {
    if (!existsSync(folder)) {
      removeUnused();
      const unfinished = `${folder}.new`;
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(unfinished);
      await make(unfinished);
      renameSync(unfinished, folder);
    }
    utimesSync(folder, new Date(), new Date());
    return folder;
  } finally {
    release();
  }
}

/** The kernel lets go of the lock when this process ends, however it does. */
async function takeTurn(file: string): Promise<() => void> {
  const fd = openSync(file, "w");
  while (
    spawnSync("flock", ["--nonblock", "--exclusive", "3"], { stdio: ["ignore", "ignore", "ignore", fd] }).status !== 0
  ) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return () => closeSync(fd);
}

function removeUnused(): void {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000;
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    if (!name.endsWith(".lock") && statSync(path).mtimeMs < oldest) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}
