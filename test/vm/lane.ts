import { spawnSync } from "node:child_process";

/** The option of node:test for tests that start a virtual machine. In CI a lane that cannot run is a failure. */
export const LANE: { skip: string | false } = { skip: obstacle() };

function obstacle(): string | false {
  const canMakeImage = process.getuid?.() === 0;
  const missing = ["qemu-system-x86_64", "qemu-img", "mmdebstrap"].filter(
    (program) => spawnSync(program, ["--version"]).error !== undefined,
  );
  if (canMakeImage && missing.length === 0) {
    return false;
  }
  const reason = `THE GUEST LANE DOES NOT RUN: it needs ${canMakeImage ? missing.join(", ") : "root"}`;
  if (process.env.CI) {
    throw new Error(reason);
  }
  console.error(reason);
  return reason;
}
