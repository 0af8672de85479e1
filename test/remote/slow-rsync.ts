import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** The real rsync, but so slow that a transfer can be interrupted, for this process and those that it starts. */
export function slowRsync(test: TestContext, top: string, kilobytesPerSecond = 500): string {
  const folder = join(top, "slow");
  const real = execFileSync("sh", ["-c", "command -v rsync"], { encoding: "utf8" }).trim();
  mkdirSync(folder);
  const script = `#!/bin/sh\nexec '${real}' --bwlimit=${kilobytesPerSecond} "$@"\n`;
  writeFileSync(join(folder, "rsync"), script, { mode: 0o755 });
  const before = process.env.PATH;
  process.env.PATH = `${folder}:${before}`;
  test.after(() => {
    process.env.PATH = before;
  });
  return process.env.PATH;
}
