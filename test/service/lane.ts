import { spawnSync } from "node:child_process";

/** The option of node:test for tests that boot a container: they need root. In CI a lane that cannot run is a failure. */
export const LANE: { skip: string | false } = { skip: obstacle() };

function obstacle(): string | false {
  if (spawnSync("unshare", ["--mount", "true"]).status === 0) {
    return false;
  }
  const reason = "THE CONTAINER LANE DOES NOT RUN: it needs root, and the right to make mount namespaces";
  if (process.env.CI) {
    throw new Error(reason);
  }
  console.error(reason);
  return reason;
}
