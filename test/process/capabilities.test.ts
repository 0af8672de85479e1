import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { CAPABILITY, hasCapability } from "../../src/process/capabilities.ts";

test("what setpriv takes away is gone, and nothing else", {
  skip: process.getuid?.() !== 0 && "only root has any",
}, () => {
  const status = execFileSync("setpriv", ["--bounding-set=-setuid", "cat", "/proc/self/status"], { encoding: "utf8" });
  assert.equal(hasCapability(CAPABILITY.setuid, status), false);
  assert.equal(hasCapability(CAPABILITY.setgid, status), true);
  assert.equal(hasCapability(CAPABILITY.setuid), true);
});
